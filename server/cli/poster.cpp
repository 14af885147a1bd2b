// changgu poster: the sheet that people take the fingerprint from. The server's log is followed from the
// fingerprint that the caller gives, so a server cannot print itself a poster.
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"
#include "server/cli/channel_options.hpp"
#include "server/cli/messages.hpp"

#include <CLI/CLI.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace changgu::cli {
namespace {

constexpr std::size_t most_page_bytes = std::size_t{64} << 20U;

struct poster_options {
    channel_arguments channel;
    std::string language = "both";
    std::string svg;
    std::string pdf;
};

class descriptor {
  public:
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

  private:
    int fd_;
};

std::filesystem::path drawing_program() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "changgu-poster";
}

// Whoever can write a directory that this program lies in must not be able to have another program run: so it
// belongs to the same owner, and is run as it was looked at.
bool is_ours(const descriptor& program) {
    struct stat own{};
    struct stat its{};
    return program.get() >= 0 && ::stat("/proc/self/exe", &own) == 0 && ::fstat(program.get(), &its) == 0 &&
           S_ISREG(its.st_mode) && its.st_uid == own.st_uid && (its.st_mode & S_IWOTH) == 0;
}

// What the program wrote to its standard output, if it ended well; its errors are on ours.
std::optional<crypto::bytes> output_of(const descriptor& program, std::vector<std::string> arguments) {
    const descriptor page(::memfd_create("poster", MFD_CLOEXEC));
    std::vector<char*> argv;
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, page.get(), STDOUT_FILENO);
    ::pid_t child = 0;
    const bool started =
        ::posix_spawn(&child, program.path().c_str(), &actions, nullptr, argv.data(), environ) == 0;
    ::posix_spawn_file_actions_destroy(&actions);
    int status = -1;
    while (started && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!started || status != 0) return std::nullopt;
    auto drawn = read_file(page.path(), most_page_bytes);
    return drawn ? std::optional(std::move(*drawn)) : std::nullopt;
}

void make_poster(command_context& context, const poster_options& o) {
    if (o.svg.empty() && o.pdf.empty())
        return fail(context, exit_code::usage, admin_message::poster_needs_file);
    const auto file = drawing_program();
    const descriptor program(::open(file.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
    if (!is_ours(program))
        return fail(context, exit_code::failure, admin_message::poster_no_program, file.string());
    const auto channel = connect(context, o.channel);
    if (!channel) return;
    const auto& log = channel->log();
    const auto name = log.organisation();
    const auto org = crypto::to_hex(log.org().view());
    // Nothing after the # ever reaches the server.
    const auto link =
        std::string(channel->origin()) + "/#org=" + org + "&seq=" + std::to_string(log.head().seq);
    for (const auto& [path, format] : {std::pair{o.svg, "svg"}, std::pair{o.pdf, "pdf"}}) {
        if (path.empty()) continue;
        const auto page = output_of(program, {file.string(), o.language, format, name.ko, name.en,
                                              std::string(channel->origin()), link, org});
        if (!page) return fail(context, exit_code::failure, admin_message::poster_not_drawn);
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        out << crypto::as_text(*page);
        if (!out.flush()) return fail(context, exit_code::failure, message::cannot_write_file, path);
        context.term.say(admin_message::poster_made, path);
    }
    if (context.term.json()) context.term.print_json({{"link", link}});
}

} // namespace

void add_poster(CLI::App& app, command_context& context) {
    auto* command = app.add_subcommand("poster", std::string(context.term.text(admin_message::help_poster)));
    auto o = std::make_shared<poster_options>();
    add_channel_options(*command, context, o->channel);
    command->add_option("--in", o->language, "languages of the poster: ko, en or both (the default)")
        ->check(CLI::IsMember({"ko", "en", "both"}));
    command->add_option("--svg", o->svg, "SVG file to write");
    command->add_option("--pdf", o->pdf, "PDF file to write");
    command->callback([o, &context] { make_poster(context, *o); });
}

} // namespace changgu::cli
