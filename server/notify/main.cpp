// changgu-notify: reminds reviewers, once a run, in fixed words. A program by itself, run by a timer: the
// server makes no connection, and this program is given no way to the channel's data, so it cannot tell
// whether there is something new.
#include "server/config_error.hpp"
#include "server/notify/deliver.hpp"

#include <CLI/CLI.hpp>
#include <curl/curl.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <fcntl.h>
#include <iostream>
#include <optional>
#include <thread>
#include <unistd.h>

namespace {

using namespace changgu;

constexpr std::size_t longest_secret = 1024;

// One line, from a file that others cannot read.
std::optional<crypto::secret_buffer> read_secret(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about{};
    if (fd < 0) return std::nullopt;
    std::array<crypto::byte, longest_secret + 1> line{};
    ::ssize_t n = -1;
    if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && (about.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        n = ::read(fd, line.data(), line.size());
    ::close(fd);
    std::optional<crypto::secret_buffer> out;
    if (n > 0 && static_cast<std::size_t>(n) <= longest_secret) {
        auto text = crypto::as_text(std::span(line).first(static_cast<std::size_t>(n)));
        if (text.ends_with('\n')) text.remove_suffix(1);
        // Neither a second line of a header nor the end of a C string.
        if (!text.empty() && text.find_first_of(std::string_view("\n\r\0", 3)) == std::string_view::npos)
            out.emplace(text);
    }
    crypto::wipe(line);
    return out;
}

int fail(std::string_view what) {
    std::cerr << "changgu-notify: " << what << '\n';
    return 1;
}

int notify_once(const std::string& file, bool check_only) {
    const auto config = notify::load_config(file);
    crypto::secret_buffer secret;
    if (!config.secret_file.empty()) {
        auto read = read_secret(config.secret_file);
        if (!read) return fail("notices.secret_file: must be one line, in a file that nobody else can read");
        secret = std::move(*read);
    }
    if (check_only) return 0;
    if (config.by == notify::way::off) {
        std::cerr << "changgu-notify: off\n";
        return 0;
    }
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto done = notify::deliver(config, secret, static_cast<std::uint64_t>(now.count()),
                                      [](std::chrono::seconds pause) { std::this_thread::sleep_for(pause); });
    std::cerr << "changgu-notify: " << done.sent << " sent, " << done.failed << " failed";
    if (done.failed != 0) std::cerr << ": " << done.reason;
    std::cerr << '\n';
    return done.failed == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    const rlimit no_core{};
    ::setrlimit(RLIMIT_CORE, &no_core);
    CLI::App app(
        "Reminds reviewers to look into the channel, in fixed words, whether or not something has come in.",
        "changgu-notify");
    std::string file = "/etc/changgu/notify.toml";
    bool check_only = false;
    app.add_option("--config", file, "configuration file")->capture_default_str();
    app.add_flag("--check-config", check_only, "read the configuration, say what is wrong with it, and end");
    app.set_version_flag("--version", std::string("changgu-notify ") + CHANGGU_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& e) {
        app.exit(e, std::cerr, std::cerr);
        return 2;
    }
    try {
        crypto::initialise();
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return fail("libcurl does not start");
        const int status = notify_once(file, check_only);
        curl_global_cleanup();
        return status;
    } catch (const std::exception& e) {
        return fail(e.what());
    }
}
