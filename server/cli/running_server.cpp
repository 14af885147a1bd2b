#include "server/cli/running_server.hpp"

#include "server/cli/https_client.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace changgu::cli {

namespace {

// As /proc/locks names a file: "fd:01:1234", the device in hexadecimal.
std::optional<std::string> name_of_lock(const std::filesystem::path& data) {
    struct stat file{};
    if (::stat((data / "changgu.lock").c_str(), &file) != 0) return std::nullopt;
    char name[64];
    std::snprintf(name, sizeof(name), "%02x:%02x:%lu", major(file.st_dev), minor(file.st_dev),
                  static_cast<unsigned long>(file.st_ino));
    return name;
}

// "1: FLOCK  ADVISORY  WRITE 812 fd:01:1234 0 EOF"
std::optional<pid_t> holder_of(const std::string& name) {
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number;
        std::string kind;
        std::string advisory;
        std::string mode;
        pid_t process = 0;
        std::string file;
        if (words >> number >> kind >> advisory >> mode >> process >> file && kind == "FLOCK" &&
            file == name && process > 0)
            return process;
    }
    return std::nullopt;
}

} // namespace

std::optional<running_server> find_running_server(const std::filesystem::path& data) {
    const auto name = name_of_lock(data);
    const auto process = name ? holder_of(*name) : std::nullopt;
    if (!process) return std::nullopt;
    std::ifstream status("/proc/" + std::to_string(*process) + "/status");
    if (!status) return std::nullopt;
    running_server out{*process};
    std::uint64_t locked = 0;
    std::uint64_t all = 0;
    constexpr std::uint64_t filters = 2; // SECCOMP_MODE_FILTER
    for (std::string line; std::getline(status, line);) {
        std::istringstream words(line);
        std::string key;
        std::uint64_t value = 0;
        if (!(words >> key >> value)) continue;
        if (key == "NoNewPrivs:") out.no_new_privileges = value == 1;
        if (key == "Seccomp:") out.seccomp = value == filters;
        if (key == "VmLck:") locked = value;
        if (key == "VmSize:") all = value;
    }
    // What cannot be locked, as the kernel's own pages, is little.
    out.memory_locked = locked > all / 2;
    return out;
}

std::optional<bool> landlock_by_metrics(const http::tcp_address& metrics) {
    const bool six = metrics.ip.find(':') != std::string::npos;
    client_options options;
    options.timeout = std::chrono::milliseconds(5000);
    https_client client("http://" + (six ? "[" + metrics.ip + "]" : metrics.ip) + ":" +
                            std::to_string(metrics.port),
                        options);
    const auto answer = client.send(http::verb::get, "/metrics", {}, {});
    if (!answer || answer->status != 200) return std::nullopt;
    const auto text = crypto::as_text(answer->body);
    constexpr std::string_view line = "changgu_sandbox{part=\"landlock\"} ";
    const auto at = text.find(line);
    if (at == std::string_view::npos || at + line.size() >= text.size()) return std::nullopt;
    return text[at + line.size()] == '1';
}

} // namespace changgu::cli
