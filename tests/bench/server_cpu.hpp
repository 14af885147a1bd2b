// CPU time of other processes, in nanoseconds' resolution: the sum over their threads of the kernel's
// scheduler accounts (/proc/PID/task/TID/schedstat, first figure). A thread that ends takes its account
// along.
#pragma once

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace changgu::bench {

/// "12,13" to {12, 13}.
inline std::vector<int> read_pids(std::string_view text) {
    std::vector<int> pids;
    while (!text.empty()) {
        int pid = 0;
        std::from_chars(text.data(), text.data() + text.size(), pid);
        pids.push_back(pid);
        text.remove_prefix(
            std::min(text.size(), text.find(',') == text.npos ? text.size() : text.find(',') + 1));
    }
    return pids;
}

/// Seconds that all threads of these processes have run.
inline double cpu_of(const std::vector<int>& pids) {
    double nanoseconds = 0;
    for (const int pid : pids)
        for (const auto& task :
             std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
            std::ifstream account(task.path() / "schedstat");
            double on_cpu = 0;
            if (account >> on_cpu) nanoseconds += on_cpu;
        }
    return nanoseconds / 1e9;
}

} // namespace changgu::bench
