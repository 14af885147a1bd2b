// Locking when nobody is there. Wall-clock time is compared, so that a computer that slept counts as idle.
import { useEffect, useRef, useState } from 'preact/hooks';

export const warnAfter = 9 * 60;
export const lockAfter = 10 * 60;

/** Seconds until locking while the warning stands, null otherwise; and a way to say that somebody is there. */
export function useIdle(onIdle: () => void): { left: number | null; stay: () => void } {
  const last = useRef(Date.now());
  const [left, setLeft] = useState<number | null>(null);
  const idle = useRef(onIdle);
  idle.current = onIdle;

  useEffect(() => {
    const active = () => {
      // Once warned, only an answer to the warning counts: a nudged mouse does not.
      if (Date.now() - last.current < warnAfter * 1000) last.current = Date.now();
    };
    const events = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
    for (const name of events) addEventListener(name, active, { passive: true });
    const timer = setInterval(() => {
      const idleFor = (Date.now() - last.current) / 1000;
      if (idleFor >= lockAfter) idle.current();
      setLeft(idleFor >= warnAfter ? Math.max(0, Math.ceil(lockAfter - idleFor)) : null);
    }, 1000);
    return () => {
      for (const name of events) removeEventListener(name, active);
      clearInterval(timer);
    };
  }, []);

  return {
    left,
    stay: () => {
      last.current = Date.now();
      setLeft(null);
    },
  };
}
