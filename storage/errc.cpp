#include "storage/errc.hpp"

#include <string>

namespace changgu::storage {
namespace {

class category final : public boost::system::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "changgu.storage"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::busy: return "too many writes are waiting";
        case errc::failed: return "the database refused";
        case errc::moved: return "the rows were rearranged";
        case errc::exists: return "the file exists already";
        }
        return "unknown";
    }
};

} // namespace

const boost::system::error_category& error_category() noexcept {
    static const category instance;
    return instance;
}

boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

} // namespace changgu::storage
