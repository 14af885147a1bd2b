// A page of A4 to draw on, measured in points from its upper left corner.
#pragma once

#include "server/poster/poster.hpp"

#include <memory>

namespace changgu::poster {

inline constexpr double page_width = 595.276;
inline constexpr double page_height = 841.89;

struct colour {
    double red, green, blue;
};

struct text_style {
    double size = 12;
    bool bold = false;
    colour ink{0, 0, 0};
    bool centred = false;
    double line_spacing = 1.25;
};

class canvas {
  public:
    explicit canvas(format as);
    ~canvas();
    canvas(const canvas&) = delete;
    canvas& operator=(const canvas&) = delete;

    void rectangle(double x, double y, double width, double height, colour fill, double radius = 0);
    /// Breaks lines at `width`, and anywhere in a word that is wider. Returns the height.
    double text(double x, double y, double width, const std::string& what, const text_style& style);
    /// The largest size, at most style.size, at which `what` is one line of `width`.
    double fitting_size(double width, const std::string& what, const text_style& style);
    void code(double x, double y, double side, const qr_code& qr);

    /// The finished page; nothing can be drawn after it. Throws as draw().
    crypto::bytes finish();

  private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace changgu::poster
