// Answers become visible at release ticks only, so a visit in between finds nothing new.

/** The first release after `now`, all in seconds since 1970. */
export function nextRelease(now: number, tick: number, tickOffset: number): number {
  return (Math.floor((now - tickOffset) / tick) + 1) * tick + tickOffset;
}

/** A tick below a quarter of an hour is "soon" to a person; no date is worth showing. */
export function isSoon(tick: number): boolean {
  return tick < 900;
}
