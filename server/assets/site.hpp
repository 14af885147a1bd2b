// The pages beside the API: answers GET and HEAD of every asset and of the manifest, and leaves all else to
// the router it is given.
#pragma once

#include "server/http/route.hpp"

namespace changgu::assets {

class site final : public http::router {
  public:
    /// `api` outlives it.
    explicit site(const http::router& api);

    [[nodiscard]] http::target find(http::verb method, std::string_view path) const noexcept override;
    [[nodiscard]] boost::asio::awaitable<http::response> handle(std::size_t thread, std::size_t route,
                                                                http::request message) const override;

  private:
    const http::router& api_;
};

} // namespace changgu::assets
