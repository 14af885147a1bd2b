#include "crypto/policy.hpp"

namespace changgu::crypto {
namespace {

constexpr std::size_t max_labelled = 32;
constexpr std::size_t max_departments = 128;
constexpr std::uint64_t max_people = 1'000'000;
constexpr std::uint64_t day = 86'400;
constexpr std::uint64_t max_months = 1'200;
constexpr std::uint32_t default_keep_months = 36;

json::object write(const labelled& item) {
    return {{"id", item.id}, {"ko", item.text.ko}, {"en", item.text.en}};
}

json::array write_labelled(const std::vector<labelled>& items) {
    json::array out;
    for (const labelled& item : items) out.emplace_back(write(item));
    return out;
}

result<labelled> read_one(const json::value& from) {
    if (!from.is_object()) return errc::bad_field;
    auto id = read_string(from.get_object(), "id", 64);
    auto ko = read_string(from.get_object(), "ko", 500);
    auto en = read_string(from.get_object(), "en", 500);
    if (!id || id->empty() || !ko || !en) return errc::bad_field;
    return labelled{std::move(*id), {std::move(*ko), std::move(*en)}};
}

result<std::vector<labelled>> read_labelled(const json::object& object, std::string_view name) {
    auto items = read_array(object, name, max_labelled);
    if (!items) return items.error();
    std::vector<labelled> out;
    for (const json::value& item : **items) {
        auto one = read_one(item);
        if (!one) return one.error();
        out.push_back(std::move(*one));
    }
    return out;
}

// Members that say the default are left out, so that older policies read as they were written.
json::array write_categories(const std::vector<category>& items) {
    json::array out;
    for (const category& c : items) {
        json::object one = write({c.id, c.text});
        if (c.keep_months != 0) one["keep_months"] = c.keep_months;
        out.emplace_back(std::move(one));
    }
    return out;
}

result<std::uint32_t> read_months(const json::object& object, std::string_view name, std::uint32_t absent) {
    if (!object.contains(name)) return absent;
    auto months = read_integer(object, name, max_months);
    if (!months || *months == 0) return errc::bad_field;
    return static_cast<std::uint32_t>(*months);
}

result<std::vector<category>> read_categories(const json::object& object) {
    auto items = read_array(object, "categories", max_labelled);
    if (!items) return items.error();
    std::vector<category> out;
    for (const json::value& item : **items) {
        auto one = read_one(item);
        if (!one) return one.error();
        auto keep = read_months(item.get_object(), "keep_months", 0);
        if (!keep) return errc::bad_field;
        out.push_back({std::move(one->id), std::move(one->text), *keep});
    }
    return out;
}

json::array write_departments(const std::vector<department>& items) {
    json::array out;
    for (const department& d : items) {
        json::object one = write({d.id, d.text});
        one["people"] = d.people;
        out.emplace_back(std::move(one));
    }
    return out;
}

result<std::vector<department>> read_departments(const json::object& object) {
    std::vector<department> out;
    if (!object.contains("departments")) return out;
    auto items = read_array(object, "departments", max_departments);
    if (!items) return items.error();
    for (const json::value& item : **items) {
        auto one = read_one(item);
        if (!one) return one.error();
        auto people = read_integer(item.get_object(), "people", max_people);
        if (!people || *people == 0) return errc::bad_field;
        out.push_back({std::move(one->id), std::move(one->text), static_cast<std::uint32_t>(*people)});
    }
    return out;
}

} // namespace

json::object to_json(const localised& text) {
    return {{"ko", text.ko}, {"en", text.en}};
}

result<localised> localised_from_json(const json::object& object, std::string_view name,
                                      std::size_t max_bytes) {
    auto text = read_object(object, name);
    if (!text) return text.error();
    auto ko = read_string(**text, "ko", max_bytes);
    auto en = read_string(**text, "en", max_bytes);
    if (!ko || !en) return errc::bad_field;
    return localised{std::move(*ko), std::move(*en)};
}

bool policy::has_category(std::string_view id) const noexcept {
    return std::ranges::find(categories, id, &category::id) != categories.end();
}

std::uint32_t policy::months_kept(std::string_view category_id) const noexcept {
    const auto found = std::ranges::find(categories, category_id, &category::id);
    return found == categories.end() || found->keep_months == 0 ? case_keep_months : found->keep_months;
}

policy default_policy() {
    policy p;
    p.categories = {
        {"corruption", {"부패행위", "Corruption"}},
        {"entertainment", {"금품·향응 수수", "Bribes or entertainment"}},
        {"solicitation", {"부정청탁", "Improper solicitation"}},
        {"abuse", {"갑질", "Abuse of power"}},
        {"harassment", {"직장 내 괴롭힘", "Workplace harassment"}},
        {"sexual", {"성희롱·성폭력", "Sexual misconduct"}},
        {"budget", {"예산 부당집행", "Misuse of budget"}},
        {"order", {"부당한 업무지시", "Improper order"}},
        {"treating", {"간부 모시는 날", "Treating-bosses day"}},
        {"idea", {"업무개선 제안", "Idea for better work"}},
        {"grievance", {"고충", "Grievance"}},
        {"other", {"그 밖의 소통", "Anything else"}},
    };
    p.questions = {
        {"who", {"누가", "Who was it?"}},
        {"when", {"언제", "When was it?"}},
        {"where", {"어디서", "Where was it?"}},
        {"what", {"무엇을", "What happened?"}},
        {"how", {"어떻게", "How did it happen?"}},
        {"why", {"왜", "Why, as far as you know?"}},
        {"evidence", {"참고인이나 증빙자료", "Who else knows, and what shows it?"}},
        {"detriment", {"이 일로 걱정되는 불이익", "What harm do you fear for having told?"}},
    };
    return p;
}

json::object to_json(const policy& p) {
    json::object out{{"suite", p.suite},
                     {"tick", p.tick},
                     {"tick_offset", p.tick_offset},
                     {"fill", p.fill},
                     {"ahead", p.ahead},
                     {"overlap", p.overlap},
                     {"drain_max", p.drain_max},
                     {"retention_months", p.retention_months},
                     {"categories", write_categories(p.categories)},
                     {"questions", write_labelled(p.questions)}};
    if (p.case_keep_months != default_keep_months) out["case_keep_months"] = p.case_keep_months;
    if (!p.departments.empty()) out["departments"] = write_departments(p.departments);
    return out;
}

result<policy> policy_from_json(const json::object& object) {
    auto suite = read_integer(object, "suite", 1);
    auto tick = read_integer(object, "tick", 31 * day);
    auto tick_offset = read_integer(object, "tick_offset", 31 * day);
    auto fill = read_integer(object, "fill", 1024);
    auto ahead = read_integer(object, "ahead", 12);
    auto overlap = read_integer(object, "overlap", 38 * day);
    auto drain_max = read_integer(object, "drain_max", 60 * day);
    auto retention = read_integer(object, "retention_months", max_months);
    auto case_keep = read_months(object, "case_keep_months", default_keep_months);
    auto categories = read_categories(object);
    auto questions = read_labelled(object, "questions");
    auto departments = read_departments(object);
    if (!suite || !tick || !tick_offset || !fill || !ahead || !overlap || !drain_max || !retention ||
        !case_keep || !categories || !questions || !departments || *suite != 1 || *tick == 0 || *fill == 0 ||
        *retention == 0)
        return errc::bad_field;
    policy p;
    p.suite = static_cast<std::uint8_t>(*suite);
    p.tick = static_cast<std::uint32_t>(*tick);
    p.tick_offset = static_cast<std::uint32_t>(*tick_offset);
    p.fill = static_cast<std::uint32_t>(*fill);
    p.ahead = static_cast<std::uint32_t>(*ahead);
    p.overlap = static_cast<std::uint32_t>(*overlap);
    p.drain_max = static_cast<std::uint32_t>(*drain_max);
    p.retention_months = static_cast<std::uint32_t>(*retention);
    p.case_keep_months = *case_keep;
    p.categories = std::move(*categories);
    p.questions = std::move(*questions);
    p.departments = std::move(*departments);
    return p;
}

} // namespace changgu::crypto
