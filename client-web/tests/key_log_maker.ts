// Key logs made up for tests: one root and recovery, and whatever statements are asked for.
import { toBase64 } from '../src/protocol/bytes';
import { KeyLog } from '../src/protocol/key_log';
import type { JsonObject } from '../src/protocol/json';
import { signNote, type NoteSigner } from '../src/protocol/note';
import { policyJson } from '../src/protocol/policy';
import { signKeyPairFrom } from '../src/protocol/signing';
import { randomBytes } from '../src/protocol/sodium';
import { statementText, type StatementType } from '../src/protocol/statement';

export class KeyLogMaker {
  readonly notes: string[];
  readonly log: KeyLog;
  private readonly root: NoteSigner;

  private constructor(root: NoteSigner, notes: string[]) {
    const [first, ...rest] = notes;
    this.root = root;
    this.notes = notes;
    this.log = KeyLog.start(first ?? '');
    for (const note of rest) this.log.append(note);
  }

  /** libsodium must be ready. */
  static start(origin: string): KeyLogMaker {
    const [root, recovery] = ['root', 'recovery'].map((name) => ({
      name,
      key: signKeyPairFrom(randomBytes(32)),
    })) as [NoteSigner, NoteSigner];
    const publicOf = ({ name, key }: NoteSigner) => ({ name, key: toBase64(key.publicKey) });
    const text = statementText(0, new Uint8Array(32), 'genesis', {
      name: { ko: '창구', en: 'Changgu' },
      roots: [publicOf(root)],
      threshold: 1,
      recovery: publicOf(recovery),
      origins: [origin],
      policy: policy('first'),
    });
    return new KeyLogMaker(root, [signNote(text, [root, recovery])]);
  }

  /** The same log so far, to be continued in another way. */
  fork(): KeyLogMaker {
    return new KeyLogMaker(this.root, [...this.notes]);
  }

  add(type: StatementType, body: JsonObject): void {
    const note = signNote(this.log.nextText(type, body), [this.root]);
    this.log.append(note);
    this.notes.push(note);
  }

  addPolicy(category: string, origins?: string[]): void {
    this.add('policy', { policy: policy(category), ...(origins === undefined ? {} : { origins }) });
  }
}

function policy(category: string): JsonObject {
  return policyJson({
    suite: 1,
    tick: 60,
    tickOffset: 0,
    fill: 8,
    ahead: 0,
    overlap: 604_800,
    drainMax: 2_592_000,
    retentionMonths: 36,
    caseKeepMonths: 36,
    categories: [{ id: category, ko: '기타', en: 'Other', keepMonths: 0 }],
    questions: [],
    departments: [],
  });
}
