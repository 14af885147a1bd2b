// The only file that knows Cairo and Pango. PDF pages carry the letters they use, as text that can be
// searched; SVG pages carry their outlines, so they look the same where the fonts are missing.
#include "server/poster/canvas.hpp"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <pango/pangocairo.h>

#include <numbers>
#include <stdexcept>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// Fontconfig keeps a pattern or two until the process ends, and loses sight of them.
// NOLINTBEGIN(bugprone-reserved-identifier): the sanitizer's names
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libfontconfig";
}
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() {
    return "print_suppressions=0";
}
// NOLINTEND(bugprone-reserved-identifier)
#endif
#endif

namespace changgu::poster {
namespace {

constexpr const char* fonts = "NanumSquare,NanumGothic,NanumBarunGothic,Noto Sans CJK KR,sans-serif";

struct release {
    void operator()(cairo_t* p) const noexcept { cairo_destroy(p); }
    void operator()(cairo_surface_t* p) const noexcept { cairo_surface_destroy(p); }
    void operator()(PangoLayout* p) const noexcept { g_object_unref(p); }
    void operator()(cairo_font_options_t* p) const noexcept { cairo_font_options_destroy(p); }
    void operator()(PangoFontMap* p) const noexcept { g_object_unref(p); }
    void operator()(PangoContext* p) const noexcept { g_object_unref(p); }
    void operator()(PangoFontDescription* p) const noexcept { pango_font_description_free(p); }
};
template <class T> using owned = std::unique_ptr<T, release>;

cairo_status_t collect(void* into, const unsigned char* data, unsigned int size) {
    crypto::append(*static_cast<crypto::bytes*>(into), {data, size});
    return CAIRO_STATUS_SUCCESS;
}

} // namespace

struct canvas::impl {
    crypto::bytes drawn;
    owned<cairo_surface_t> surface;
    owned<cairo_t> cairo;
    owned<PangoFontMap> font_map;
    owned<PangoContext> context;

    owned<PangoLayout> layout(double width, const std::string& what, const text_style& style, double size) {
        owned<PangoFontDescription> font(pango_font_description_from_string(fonts));
        pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
        pango_font_description_set_weight(font.get(), style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
        owned<PangoLayout> out(pango_layout_new(context.get()));
        pango_layout_set_font_description(out.get(), font.get());
        pango_layout_set_text(out.get(), what.data(), static_cast<int>(what.size()));
        pango_layout_set_line_spacing(out.get(), static_cast<float>(style.line_spacing));
        pango_layout_set_wrap(out.get(), PANGO_WRAP_WORD_CHAR);
        if (width > 0) pango_layout_set_width(out.get(), static_cast<int>(width * PANGO_SCALE));
        if (style.centred) pango_layout_set_alignment(out.get(), PANGO_ALIGN_CENTER);
        if (pango_layout_get_unknown_glyphs_count(out.get()) != 0)
            throw std::runtime_error(
                "no font with these letters: install a Korean font, such as fonts-nanum");
        return out;
    }
};

canvas::canvas(format as) : impl_(std::make_unique<impl>()) {
    auto& i = *impl_;
    i.surface.reset(as == format::svg
                        ? cairo_svg_surface_create_for_stream(collect, &i.drawn, page_width, page_height)
                        : cairo_pdf_surface_create_for_stream(collect, &i.drawn, page_width, page_height));
    i.cairo.reset(cairo_create(i.surface.get()));
    i.font_map.reset(pango_cairo_font_map_new());
    i.context.reset(pango_font_map_create_context(i.font_map.get()));
    // A page is not a screen: letters stand where the font says, not on pixels.
    const owned<cairo_font_options_t> unhinted(cairo_font_options_create());
    cairo_font_options_set_hint_metrics(unhinted.get(), CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(unhinted.get(), CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(i.context.get(), unhinted.get());
    pango_cairo_update_context(i.cairo.get(), i.context.get());
    rectangle(0, 0, page_width, page_height, {1, 1, 1});
}

canvas::~canvas() = default;

void canvas::rectangle(double x, double y, double width, double height, colour fill, double radius) {
    constexpr double quarter = std::numbers::pi / 2;
    auto* c = impl_->cairo.get();
    cairo_new_path(c);
    if (radius == 0) {
        cairo_rectangle(c, x, y, width, height);
    } else {
        cairo_arc(c, x + width - radius, y + radius, radius, -quarter, 0);
        cairo_arc(c, x + width - radius, y + height - radius, radius, 0, quarter);
        cairo_arc(c, x + radius, y + height - radius, radius, quarter, 2 * quarter);
        cairo_arc(c, x + radius, y + radius, radius, 2 * quarter, 3 * quarter);
        cairo_close_path(c);
    }
    cairo_set_source_rgb(c, fill.red, fill.green, fill.blue);
    cairo_fill(c);
}

double canvas::text(double x, double y, double width, const std::string& what, const text_style& style) {
    const auto layout = impl_->layout(width, what, style, style.size);
    auto* c = impl_->cairo.get();
    cairo_set_source_rgb(c, style.ink.red, style.ink.green, style.ink.blue);
    cairo_move_to(c, x, y);
    pango_cairo_show_layout(c, layout.get());
    int height = 0;
    pango_layout_get_size(layout.get(), nullptr, &height);
    return static_cast<double>(height) / PANGO_SCALE;
}

double canvas::fitting_size(double width, const std::string& what, const text_style& style) {
    const auto layout = impl_->layout(0, what, style, style.size);
    int natural = 0;
    pango_layout_get_size(layout.get(), &natural, nullptr);
    // A hair less, since glyphs do not grow quite in proportion.
    return std::min(style.size, style.size * width * PANGO_SCALE / (natural + 1.0) * 0.99);
}

void canvas::code(double x, double y, double side, const qr_code& qr) {
    auto* c = impl_->cairo.get();
    const double module = side / static_cast<double>(qr.side);
    cairo_new_path(c);
    for (std::size_t row = 0; row < qr.side; ++row)
        for (std::size_t column = 0; column < qr.side; ++column)
            if (qr.dark[row * qr.side + column])
                cairo_rectangle(c, x + static_cast<double>(column) * module,
                                y + static_cast<double>(row) * module, module, module);
    cairo_set_source_rgb(c, 0, 0, 0);
    cairo_fill(c);
}

crypto::bytes canvas::finish() {
    auto& i = *impl_;
    cairo_show_page(i.cairo.get());
    const auto drawing = cairo_status(i.cairo.get());
    cairo_surface_finish(i.surface.get());
    const auto writing = cairo_surface_status(i.surface.get());
    for (const auto status : {drawing, writing})
        if (status != CAIRO_STATUS_SUCCESS) throw std::runtime_error(cairo_status_to_string(status));
    return std::move(i.drawn);
}

} // namespace changgu::poster
