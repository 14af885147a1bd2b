// Why an operation of changgu::storage that yields a value did not. Writes that yield only a verdict say it
// in the enums of types.hpp.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace changgu::storage {

enum class errc {
    busy = 1, // the writer's queue is full: nothing was done, try again later
    failed,   // the disk or the database refused; nothing was acknowledged
    moved,    // an inbox stream met rows that were rearranged since it began: begin again
    exists,   // a backup would overwrite a file
};

const boost::system::error_category& error_category() noexcept;
boost::system::error_code make_error_code(errc e) noexcept;

template <class T> using result = boost::system::result<T>;

} // namespace changgu::storage

template <> struct boost::system::is_error_code_enum<changgu::storage::errc> : std::true_type {};
