// A line between one client and the server that passes every request on and loses some answers.
#pragma once

#include "tests/server/client/office.hpp"

#include <mutex>
#include <thread>

namespace changgu::test {

class lossy_line {
  public:
    enum class way : std::uint8_t {
        cut,         ///< the connection ends without an answer
        bad_gateway, ///< a proxy says 502 in its own words
    };

    /// Listens at the office's other origin. Loses the answers to the first `times` requests that begin with
    /// `lost`, such as "PUT /api/v1/replies/".
    lossy_line(const office& at, std::string lost, int times, way how);
    ~lossy_line();
    lossy_line(const lossy_line&) = delete;
    lossy_line& operator=(const lossy_line&) = delete;
    lossy_line(lossy_line&&) = delete;
    lossy_line& operator=(lossy_line&&) = delete;

    [[nodiscard]] int left() const { return times_; } ///< answers that are still to be lost

  private:
    void run();
    void pass_on(int client);

    std::uint16_t to_;
    std::string lost_;
    std::atomic<int> times_;
    way how_;
    int listener_;
    std::mutex mutex_;
    int client_ = -1; ///< under mutex_, as is ended_
    bool ended_ = false;
    std::thread thread_;
};

} // namespace changgu::test
