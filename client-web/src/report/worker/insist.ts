import { CodedError } from '../../rpc/rpc';

const attempts = 3;
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
      if (attempt === attempts || !isCode(error, 'offline', 'busy')) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause * attempt));
    }
  }
}
