// What is on the poster, and where.
#include "crypto/fingerprint.hpp"
#include "server/poster/canvas.hpp"

#include <sstream>

namespace changgu::poster {
namespace {

constexpr colour ink{0.09, 0.13, 0.19};
constexpr colour grey{0.36, 0.41, 0.48};
constexpr colour navy{0.06, 0.20, 0.36};
constexpr colour pale{0.94, 0.96, 0.98};
constexpr colour warm{1.00, 0.95, 0.84};
constexpr colour brown{0.45, 0.27, 0.02};
constexpr colour white{1, 1, 1};
constexpr double margin = 42;
constexpr double inner = page_width - 2 * margin;

struct words {
    const char* kind;
    const char* headline;
    const char* scan;
    const char* phone;
    const char* lines[3];
    const char* compare;
};
constexpr words korean{
    "익명 소통 창구",
    "누구인지 묻지 않습니다",
    "휴대전화 카메라로 찍거나\n주소를 직접 입력하십시오",
    "사무실 PC나 업무망 말고, 본인 휴대전화의 모바일 데이터로 여십시오.",
    {"내용은 보내는 사람의 기기에서 봉인됩니다. 서버도 전산 관리자도 열어 볼 수 없습니다.",
     "이름도 접속 주소도 보낸 시각도 남기지 않습니다. 답변은 접수증을 가진 사람만 볼 수 있습니다.",
     "지켜 드리지 못하는 것: 감시되는 PC와 통신망, 그리고 글 속에 드러난 단서."},
    "화면에 나온 지문 낱말이 아래와 같은지 견주어 보십시오. 다르면 아무것도 보내지 마십시오."};
constexpr words english{
    "An anonymous channel",
    "Nobody asks who you are",
    "Scan this with your phone's camera, or type the address",
    "Use your own phone on mobile data, not the office PC or the office network.",
    {"What you write is sealed on your own device. Neither the server nor its administrators can open it.",
     "No name, no network address and no time of sending is kept. Only your receipt opens the answers.",
     "What it cannot do: protect you from a watched PC or network, or from what your own words give away."},
    "Compare the fingerprint on the page with these words. If they differ, send nothing."};

class sheet {
  public:
    sheet(const content& c, shown_in language, format as)
        : page_(as), content_(c), first_(language == shown_in::english ? english : korean),
          second_(language == shown_in::both ? &english : nullptr),
          name_(language == shown_in::english ? c.name.en : c.name.ko),
          second_name_(language == shown_in::both ? c.name.en : "") {}

    crypto::bytes draw() {
        head();
        double y = 176;
        y = where(y) + 16;
        y = phone(y) + 16;
        promises(y);
        fingerprint();
        return page_.finish();
    }

  private:
    void head() {
        page_.rectangle(0, 0, page_width, 152, navy);
        const text_style kind{.size = 13, .ink = {0.72, 0.83, 0.93}};
        page_.text(margin, 28, inner, second_ != nullptr ? both(first_.kind, second_->kind) : first_.kind,
                   kind);
        text_style name{.size = 40, .bold = true, .ink = white};
        name.size = page_.fitting_size(inner, name_, name);
        double y = 48;
        y += page_.text(margin, y, inner, name_, name);
        const text_style pale_small{.size = 13, .ink = {0.72, 0.83, 0.93}};
        if (!second_name_.empty() && second_name_ != name_) {
            text_style small = pale_small;
            small.size = page_.fitting_size(inner, second_name_, small);
            y += page_.text(margin, y, inner, second_name_, small);
        }
        text_style headline{.size = 17, .ink = white};
        const std::string line =
            second_ != nullptr ? both(first_.headline, second_->headline) : first_.headline;
        headline.size = page_.fitting_size(inner, line, headline);
        page_.text(margin, y + 4, inner, line, headline);
    }

    double where(double y) {
        constexpr double side = 190;
        page_.code(margin, y, side, qr_of(content_.link));
        const double x = margin + side + 26;
        const double width = page_width - margin - x;
        double at = y + 36;
        at += page_.text(x, at, width, first_.scan, {.size = 15, .bold = true, .ink = ink});
        if (second_ != nullptr)
            at += 4 + page_.text(x, at + 4, width, second_->scan, {.size = 10.5, .ink = grey});
        at += 20;
        text_style address{.size = 21, .bold = true, .ink = navy};
        // Long host names get smaller, and break only when they would be hard to read.
        address.size = std::max(13.0, page_.fitting_size(width, content_.origin, address));
        page_.text(x, at, width, content_.origin, address);
        return y + side;
    }

    double phone(double y) {
        const text_style strong{.size = 14.5, .bold = true, .ink = brown, .centred = true};
        const text_style small{.size = 10.5, .ink = brown, .centred = true};
        const double height = second_ != nullptr ? 54 : 40;
        page_.rectangle(margin, y, inner, height, warm, 6);
        text_style fitted = strong;
        fitted.size = page_.fitting_size(inner - 20, first_.phone, strong);
        const double used = page_.text(margin + 10, y + 10, inner - 20, first_.phone, fitted);
        if (second_ != nullptr) page_.text(margin + 10, y + 12 + used, inner - 20, second_->phone, small);
        return y + height;
    }

    void promises(double y) {
        for (std::size_t i = 0; i < 3; ++i) {
            const bool limit = i == 2;
            page_.rectangle(margin, y, 4, second_ != nullptr ? 30 : 16, limit ? brown : navy);
            const double x = margin + 16;
            y += page_.text(
                x, y, inner - 16, first_.lines[i],
                {.size = second_ != nullptr ? 12.0 : 13.5, .bold = limit, .ink = limit ? brown : ink});
            if (second_ != nullptr)
                y += 2 + page_.text(x, y + 2, inner - 16, second_->lines[i], {.size = 9.5, .ink = grey});
            y += 10;
        }
    }

    // At the bottom, so that it is in one place on every poster.
    void fingerprint() {
        constexpr double height = 226;
        const double top = page_height - height - 26;
        page_.rectangle(margin - 14, top, inner + 28, height, pale, 8);
        double y = top + 12;
        y += page_.text(margin, y, inner, first_.compare, {.size = 11.5, .bold = true, .ink = ink});
        if (second_ != nullptr)
            y += 2 + page_.text(margin, y + 2, inner, second_->compare, {.size = 9.5, .ink = grey});
        y += 8;
        y = list(y, crypto::to_fingerprint_words(content_.org, crypto::language::korean), 13) + 7;
        y = list(y, crypto::to_fingerprint_words(content_.org, crypto::language::english), 11) + 6;
        page_.text(margin, y, inner, crypto::to_hex(content_.org.view()), {.size = 8.5, .ink = grey});
    }

    // Twenty-four words in six columns, numbered across: as they are read out.
    double list(double y, const std::string& phrase, double size) {
        constexpr std::size_t columns = 6;
        constexpr double width = inner / columns;
        const double row = size * 1.55;
        std::istringstream in(phrase);
        std::string word;
        std::size_t n = 0;
        for (; in >> word; ++n) {
            const double x = margin + static_cast<double>(n % columns) * width;
            const auto line = n / columns;
            const double at = y + static_cast<double>(line) * row;
            page_.text(x, at + size * 0.28, 20, std::to_string(n + 1), {.size = 7.5, .ink = grey});
            page_.text(x + 15, at, 0, word, {.size = size, .bold = true, .ink = ink});
        }
        const auto lines = (n + columns - 1) / columns;
        return y + static_cast<double>(lines) * row;
    }

    static std::string both(const char* one, const char* other) { return std::string(one) + "  ·  " + other; }

    canvas page_;
    const content& content_;
    const words& first_;
    const words* second_;
    std::string name_;
    std::string second_name_;
};

} // namespace

crypto::bytes draw(const content& c, shown_in language, format as) {
    return sheet(c, language, as).draw();
}

} // namespace changgu::poster
