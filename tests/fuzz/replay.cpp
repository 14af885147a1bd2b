// Feeds a fuzz target every file of a directory, so that whatever was found once stays mended.
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) files.push_back(entry.path());
    std::ranges::sort(files);
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::vector<char> content{std::istreambuf_iterator<char>(in), {}};
        // A copy of exactly this size, so that the sanitizer sees a read beyond its end.
        const std::vector<std::uint8_t> input(content.begin(), content.end());
        std::printf("%s\n", file.filename().c_str());
        std::fflush(stdout); // a target that aborts has said which
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%zu passed, %d failed\n", files.size(), files.empty() ? 1 : 0);
    return files.empty() ? 1 : 0;
}
