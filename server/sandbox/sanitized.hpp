#pragma once

namespace changgu::sandbox {

/// In a build with a sanitizer, which has to trace its own process and read /proc/self.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

} // namespace changgu::sandbox
