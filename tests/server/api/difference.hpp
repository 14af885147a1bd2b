// Whether two sets of times differ, after dudect: Welch's t over the times without the slow tenth, and,
// because what a busy machine adds has long tails, how the two sets fall on either side of seven quantiles of
// both together. The lowest are of the answers that nothing has disturbed.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace changgu::test {

/// What `difference` stays below when there is none: each of its eight figures is a standard normal one then,
/// whatever the noise, as long as the labels were drawn at random. Beyond 5 once in 1,700,000; with some
/// seventy figures in a run of the tests, once in 25,000 runs.
inline constexpr double no_difference = 5.0;

inline double welch_t(std::span<const double> a, std::span<const double> b) {
    struct moments {
        double mean = 0;
        double variance_of_mean = 0;
    };
    const auto of = [](std::span<const double> x) {
        moments m;
        const auto n = static_cast<double>(x.size());
        for (const double v : x) m.mean += v / n;
        for (const double v : x) m.variance_of_mean += (v - m.mean) * (v - m.mean) / (n - 1) / n;
        return m;
    };
    if (a.size() < 2 || b.size() < 2) return 0;
    const moments x = of(a);
    const moments y = of(b);
    const double spread = std::sqrt(x.variance_of_mean + y.variance_of_mean);
    return spread == 0 ? 0 : (x.mean - y.mean) / spread;
}

/// How far the number of `a` up to `limit` is from its share of all that are, in standard deviations.
inline double imbalance(std::span<const double> a, std::span<const double> b, double limit) {
    const auto below = [limit](std::span<const double> x) {
        return static_cast<double>(std::ranges::count_if(x, [limit](double v) { return v <= limit; }));
    };
    const auto size_a = static_cast<double>(a.size());
    const auto size_b = static_cast<double>(b.size());
    const double size = size_a + size_b;
    const double all = below(a) + below(b);
    const double variance = all * (size - all) / size * size_a / size * size_b / (size - 1);
    return variance == 0 ? 0 : (below(a) - all * size_a / size) / std::sqrt(variance);
}

/// The largest of the eight figures, without its sign.
inline double difference(std::span<const double> a, std::span<const double> b) {
    std::vector<double> all(a.begin(), a.end());
    all.insert(all.end(), b.begin(), b.end());
    std::ranges::sort(all);
    const auto quantile = [&](double q) {
        return all[static_cast<std::size_t>(q * static_cast<double>(all.size() - 1))];
    };
    const auto quick = [limit = quantile(0.9)](std::span<const double> x) {
        std::vector<double> out;
        std::ranges::copy_if(x, std::back_inserter(out), [limit](double v) { return v <= limit; });
        return out;
    };
    double most = std::abs(welch_t(quick(a), quick(b)));
    for (const double q : {0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9})
        most = std::max(most, std::abs(imbalance(a, b, quantile(q))));
    return most;
}

} // namespace changgu::test
