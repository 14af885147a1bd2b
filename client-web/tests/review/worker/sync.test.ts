// What a sync makes of envelopes that no honest client sends: they are sealed here with the protocol's own code.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Channel } from '../../../src/client/channel';
import { fromHex, toHex } from '../../../src/protocol/bytes';
import { sealEnvelope, suite1 } from '../../../src/protocol/envelope';
import { messageKind, type MessageKind } from '../../../src/protocol/frame';
import { writeJson, type JsonObject } from '../../../src/protocol/json';
import type { Epoch } from '../../../src/protocol/key_log';
import { followUpJson, handoverJson, reportJson, type LogPosition } from '../../../src/protocol/message';
import { threadOf } from '../../../src/protocol/receipt';
import { signKeyPairFrom, type SignKeyPair } from '../../../src/protocol/signing';
import { randomBoxKeyPair, randomBytes, ready } from '../../../src/protocol/sodium';
import { openHere } from '../../../src/review/worker/opening';
import { ReviewerConsole } from '../../../src/review/worker/reviewer';
import { TestServer } from '../../server';

const minutes = 60_000;
const none = () => undefined;

describe('a sync', () => {
  let server: TestServer;
  let channel: Channel;
  let reviewer: ReviewerConsole;
  let epoch: Epoch;
  const now = () => Math.floor(Date.now() / 1000);

  beforeAll(async () => {
    await ready();
    server = await TestServer.start();
    reviewer = new ReviewerConsole({ openerFor: openHere });
    await reviewer.open(server.origin, server.org);
    const { file } = await reviewer.enrol(await server.invite(1), 'passphrase', 'file');
    await server.approve(1, true);
    await reviewer.unlockFile(file, 'passphrase');
    channel = await Channel.open(server.origin, fromHex(server.org));
    epoch = channel.log.sealingEpoch(now());
  }, 2 * minutes);

  afterAll(async () => {
    await server.remove();
  });

  const somebody = () => signKeyPairFrom(randomBytes(32));
  const shared = (log: LogPosition = channel.log.head) => ({
    log,
    replyKey: randomBoxKeyPair().publicKey,
    addresses: Array.from({ length: 8 }, () => randomBytes(32)),
    attachments: [],
  });
  const reportOf = (text: string, excluded: number[] = [], log?: LogPosition) =>
    reportJson({ ...shared(log), category: 'other', answers: [], text, excluded });
  const followUpOf = (text: string, excluded: number[] = []) =>
    followUpJson({ ...shared(), id: randomBytes(16), text, excluded });
  const seal = (kind: MessageKind, signer: SignKeyPair, json: JsonObject) => {
    const keys = epoch.recipients.map((r) => r.key);
    return sealEnvelope(channel.org, epoch.epoch, epoch.statement, keys, kind, signer, writeJson(json));
  };
  const syncAfter = async (...envelopes: Uint8Array[]) => {
    for (const one of envelopes) await channel.postEnvelope(one);
    await server.released();
    return reviewer.sync(none);
  };
  const handover = (from: SignKeyPair, thread: Uint8Array) =>
    seal(
      messageKind.handover,
      from,
      handoverJson({ log: channel.log.head, thread, caseKey: randomBytes(32), caseNumber: 'C-000000' }),
    );

  it(
    'raises an alarm where our slot opens and the rest does not',
    async () => {
      const broken = seal(messageKind.report, somebody(), reportOf('x'));
      broken[suite1.envelopeSize - 1] = (broken[suite1.envelopeSize - 1] ?? 0) ^ 1;
      const uncommitted = seal(messageKind.report, somebody(), reportOf('x'));
      uncommitted[suite1.commitmentOffset] = (uncommitted[suite1.commitmentOffset] ?? 0) ^ 1;
      const shapeless = seal(messageKind.report, somebody(), { text: 'x' });
      const report = await syncAfter(broken, uncommitted, shapeless);
      expect(report.alarms.map((a) => [a.kind, a.code]).sort()).toEqual([
        ['damaged', 'bad_commitment'],
        ['damaged', 'bad_field'],
        ['damaged', 'bad_tag'],
      ]);
      expect(report.opened).toEqual([]);
    },
    minutes,
  );

  it(
    'is silent on chaff and on what is sealed to another',
    async () => {
      const foreign = sealEnvelope(
        channel.org,
        epoch.epoch,
        epoch.statement,
        [randomBoxKeyPair().publicKey],
        messageKind.report,
        somebody(),
        writeJson(reportOf('x')),
      );
      const report = await syncAfter(foreign);
      expect(report.envelopes).toBeGreaterThan(0);
      expect(report).toMatchObject({ opened: [], changed: [], strays: [], alarms: [] });
    },
    minutes,
  );

  it(
    'finds out a server that shows its senders another log',
    async () => {
      const forked = { seq: 0, hash: randomBytes(32) };
      const report = await syncAfter(seal(messageKind.report, somebody(), reportOf('다른 기록', [], forked)));
      expect(report.alarms).toMatchObject([{ kind: 'forked_log', code: 'log_forked' }]);
      expect(report.opened).toHaveLength(1); // it is read all the same
      expect((await reviewer.queue()).find((c) => c.excerpt === '다른 기록')?.alarm).toBe(true);
    },
    minutes,
  );

  it(
    'shows a follow-up without a case, and one that would exclude a reader, and keeps neither',
    async () => {
      const author = somebody();
      const orphan = await syncAfter(seal(messageKind.followUp, author, followUpOf('주인 없는 글')));
      expect(orphan.strays).toMatchObject([{ why: 'no_case_key', text: '주인 없는 글' }]);

      // The follow-up may stand before its report in one batch.
      const both = await syncAfter(
        seal(messageKind.followUp, author, followUpOf('덧붙임')),
        seal(messageKind.report, author, reportOf('처음')),
      );
      const id = toHex(threadOf(author.publicKey));
      expect(both).toMatchObject({ opened: [id], changed: [id], strays: [] });

      const late = await syncAfter(seal(messageKind.followUp, author, followUpOf('너만 빼고', [1])));
      expect(late.strays).toMatchObject([{ why: 'excludes_a_reader', text: '너만 빼고', case: id }]);
      const second = await syncAfter(seal(messageKind.report, author, reportOf('또 너만 빼고', [1])));
      expect(second.strays).toMatchObject([{ why: 'excludes_a_reader', text: '또 너만 빼고', case: id }]);
      expect((await reviewer.readCase(id)).thread).toHaveLength(2);
    },
    minutes,
  );

  it(
    'shows a message that is too large for a case, and keeps it out',
    async () => {
      const author = somebody();
      await syncAfter(seal(messageKind.report, author, reportOf('처음 온 글')));
      // Quotes deflate well, but are escaped once more inside an event: beyond what may be inflated.
      const report = await syncAfter(seal(messageKind.followUp, author, followUpOf('"'.repeat(31_000))));
      expect(report).toMatchObject({ alarms: [], strays: [{ why: 'too_large', text: '"'.repeat(31_000) }] });
      expect((await reviewer.readCase(toHex(threadOf(author.publicKey)))).messages).toBe(1);
    },
    minutes,
  );

  it(
    'believes no hand-over from somebody who is no reviewer, nor one of a thread that it has',
    async () => {
      const stranger = await syncAfter(handover(somebody(), randomBytes(16)));
      expect(stranger.alarms).toMatchObject([{ kind: 'bad_case', code: 'wrong_signer' }]);
      const known = (await reviewer.queue())[0]?.id ?? '';
      const other = await syncAfter(handover(somebody(), fromHex(known)));
      expect(other.alarms).toMatchObject([{ kind: 'bad_case', code: 'bad_case', case: known }]);
    },
    minutes,
  );

  it(
    'opens more at once than may be written in a minute, with progress',
    async () => {
      const count = 140;
      const envelopes = Array.from({ length: count }, (_, i) =>
        seal(messageKind.report, somebody(), reportOf(`제보 ${i}`)),
      );
      for (const one of envelopes) await channel.postEnvelope(one);
      await server.released();
      const seen: [number, number][] = [];
      const report = await reviewer.sync((done, of) => seen.push([done, of]));
      expect(report.opened).toHaveLength(count);
      expect(seen.length).toBeGreaterThan(1);
      expect(seen.every(([done, of]) => done <= of)).toBe(true);
      expect(seen.at(-1)).toEqual([report.envelopes + count, report.envelopes + count]);
      expect((await reviewer.queue()).filter((c) => c.excerpt.startsWith('제보 '))).toHaveLength(count);
    },
    3 * minutes,
  );
});
