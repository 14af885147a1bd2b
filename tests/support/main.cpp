// The entry point of every C++ test program: doctest with one reporter, which prints what failed and closes
// with `N passed, N failed`, the line that scripts/test adds up. doctest itself calls it a success when no
// test case ran; here that is a failure. Signals are left to the sanitizers, whose reports say more: a
// program that dies has no closing line, and scripts/test counts that.
#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#include <doctest/doctest.h>

#include <mutex>
#include <ostream>
#include <vector>

namespace {

unsigned test_cases_run = 0;

class closing_line_reporter : public doctest::IReporter {
  public:
    explicit closing_line_reporter(const doctest::ContextOptions& options) : out_(*options.cout) {}

    void report_query(const doctest::QueryData& query) override {
        for (unsigned i = 0; i < query.num_data; ++i) out_ << query.data[i]->m_name << '\n';
    }
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats& run) override {
        test_cases_run = run.numTestCasesPassingFilters;
        out_ << test_cases_run - run.numTestCasesFailed << " passed, " << run.numTestCasesFailed << " failed"
             << std::endl;
    }
    void test_case_start(const doctest::TestCaseData& test) override { start(test); }
    void test_case_reenter(const doctest::TestCaseData& test) override { start(test); }
    void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
        // Failures that no assertion stands for: a time limit, or a decorator such as should_fail.
        using namespace doctest::TestCaseFailureReason;
        constexpr int by_assertion = AssertFailure | Exception | TooManyFailedAsserts;
        if (stats.testCaseSuccess || (stats.failure_flags & ~by_assertion) == 0) return;
        const std::scoped_lock lock(mutex_);
        place(test_->m_file.c_str(), static_cast<int>(test_->m_line)) << "broke its decorators' terms\n";
    }
    void test_case_exception(const doctest::TestCaseException& e) override {
        const std::scoped_lock lock(mutex_);
        place(test_->m_file.c_str(), static_cast<int>(test_->m_line)) << "threw: " << e.error_string << '\n';
        print_context();
    }
    void subcase_start(const doctest::SubcaseSignature& subcase) override {
        const std::scoped_lock lock(mutex_);
        subcases_.push_back(subcase.m_name);
    }
    void subcase_end() override {
        const std::scoped_lock lock(mutex_);
        if (!subcases_.empty()) subcases_.pop_back();
    }
    void log_assert(const doctest::AssertData& a) override {
        if (!a.m_failed) return;
        const std::scoped_lock lock(mutex_); // assertions come from any thread
        auto& out = place(a.m_file, a.m_line) << doctest::assertString(a.m_at) << "( " << a.m_expr << " )";
        if (a.m_threw)
            out << " threw: " << a.m_exception;
        else if (a.m_decomp.size() != 0)
            out << " is false: " << a.m_decomp;
        else
            out << " failed";
        out << '\n';
        print_context();
    }
    void log_message(const doctest::MessageData& m) override {
        const std::scoped_lock lock(mutex_);
        place(m.m_file, m.m_line) << m.m_string << '\n';
        print_context();
    }
    void test_case_skipped(const doctest::TestCaseData&) override {}

  private:
    void start(const doctest::TestCaseData& test) {
        const std::scoped_lock lock(mutex_);
        test_ = &test;
        subcases_.clear();
    }
    std::ostream& place(const char* file, int line) {
        out_ << file << ':' << line << ": [" << test_->m_name;
        for (const auto& name : subcases_) out_ << " / " << name;
        return out_ << "] ";
    }
    void print_context() {
        for (int i = 0; i < get_num_active_contexts(); ++i) {
            out_ << "    with ";
            get_active_contexts()[i]->stringify(&out_);
            out_ << '\n';
        }
        for (int i = 0; i < get_num_stringified_contexts(); ++i)
            out_ << "    with " << get_stringified_contexts()[i] << '\n';
        out_.flush();
    }

    std::ostream& out_;
    std::mutex mutex_;
    const doctest::TestCaseData* test_ = nullptr;
    std::vector<doctest::String> subcases_;
};

DOCTEST_REGISTER_REPORTER("closing_line", 0, closing_line_reporter);

} // namespace

int main(int argc, char** argv) {
    doctest::Context context;
    context.setOption("reporters", "closing_line");
    context.applyCommandLine(argc, argv);
    const int status = context.run();
    if (context.shouldExit()) return status; // a query such as --list-test-cases
    return test_cases_run == 0 ? 1 : status;
}
