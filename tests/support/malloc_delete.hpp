// operator delete for what operator new took from malloc(). One file of a program includes this.
#pragma once

#include <cstdlib>
#include <new>

// NOLINTBEGIN(misc-definitions-in-headers, cppcoreguidelines-no-malloc): they cannot be inline
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete[](void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t /*size*/) noexcept {
    std::free(p);
}
void operator delete[](void* p, std::size_t /*size*/) noexcept {
    std::free(p);
}
void operator delete(void* p, const std::nothrow_t& /*tag*/) noexcept {
    std::free(p);
}
void operator delete[](void* p, const std::nothrow_t& /*tag*/) noexcept {
    std::free(p);
}
// NOLINTEND(misc-definitions-in-headers, cppcoreguidelines-no-malloc)
