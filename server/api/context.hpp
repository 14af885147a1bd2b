// What a handler is given: one context a thread, so that a reader and its statements belong to that thread
// alone.
#pragma once

#include "server/api/service.hpp"
#include "storage/reader.hpp"

namespace changgu::api {

struct context {
    service& shared;
    storage::reader reader;
};

} // namespace changgu::api
