import { CodedError } from '../../rpc/rpc';

const attempts = { offline: 3, busy: 6 }; // a server that is busy is there, and says so cheaply
const pause = 700; // milliseconds, longer each time

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof CodedError && codes.includes(error.code);
}

/**
 * The same call again, a few times, while the connection is lost or the server asks for patience. What is called must
 * be safe to repeat. `lost` is told when an attempt ended with nobody knowing whether it had arrived.
 */
export async function insist<T>(call: () => Promise<T>, lost?: () => void): Promise<T> {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await call();
    } catch (error) {
      if (isCode(error, 'offline')) lost?.();
      const most = isCode(error, 'offline') ? attempts.offline : isCode(error, 'busy') ? attempts.busy : 0;
      if (attempt >= most) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause * attempt));
    }
  }
}
