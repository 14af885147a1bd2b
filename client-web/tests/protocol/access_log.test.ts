import { expect } from 'vitest';
import { AccessChain, accessPositionJson, readAccessPosition } from '../../src/protocol/access_log';
import { Members } from '../../src/protocol/json';
import { outcome, vectorTests, type VectorCase } from '../vectors';

function follow(c: VectorCase) {
  const seen = c.has('seen')
    ? readAccessPosition(Members.parse(JSON.stringify({ seen: c.object('seen').raw })), 'seen')
    : undefined;
  const chain = new AccessChain(c.bytes('org'), seen);
  for (const entry of c.list('entries')) chain.append(String(entry));
  chain.finish();
  return chain.at;
}

vectorTests('access_log', (c, expected) => {
  const followed = outcome(() => follow(c));
  expect(followed.class).toBe(expected);
  if (followed.value !== undefined) expect(accessPositionJson(followed.value)).toEqual(c.object('end').raw);
});
