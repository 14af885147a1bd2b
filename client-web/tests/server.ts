// A channel of the real program in a temporary directory, over plain HTTP at a loopback port. Where it is: the
// environment's CHANGGU, or the debug build.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Writable } from 'node:stream';
import { utf8 } from '../src/protocol/bytes';
import { openKeyring, sealKeyring } from '../src/protocol/keyring';
import { ready } from '../src/protocol/sodium';

const built = fileURLToPath(new URL('../../build/debug/server/changgu', import.meta.url));
const program = process.env['CHANGGU'] ?? built;

const rootPassphrase = 'root passphrase 광장 무조건 뉴욕';
const cheapest = { passes: 1, memoryKib: 8_192 };

export interface Result {
  code: number;
  data: Record<string, unknown>; // what --json printed; {} for nothing
  errors: string;
}

export interface Given {
  secrets?: Record<string, string>; // option without '-fd' → its text, through a pipe
  input?: string; // standard input
  allowed?: number[]; // exit statuses; [0] unless given
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let attempt = 0; attempt < 600; ++attempt) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not within a minute`);
}

/** Runs a command of the program to its end. */
export async function changgu(args: string[], given: Given = {}): Promise<Result> {
  const secrets = Object.entries(given.secrets ?? {});
  const withFds = secrets.flatMap(([option], i) => [`--${option}-fd`, String(3 + i)]);
  const child = spawn(program, [...args, '--json', ...withFds], {
    stdio: ['pipe', 'pipe', 'pipe', ...secrets.map(() => 'pipe' as const)],
  });
  secrets.forEach(([, text], i) => {
    (child.stdio[3 + i] as Writable).end(text);
  });
  // A command that does not read its input is free not to.
  child.stdin.on('error', () => undefined);
  child.stdin.end(given.input ?? '');
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      resolve(status ?? -1);
    });
  });
  if (!(given.allowed ?? [0]).includes(code))
    throw new Error(`changgu ${args.join(' ')} ended with ${code}\n${out}\n${errors}`);
  return { code, data: out === '' ? {} : (JSON.parse(out) as Record<string, unknown>), errors };
}

export class TestServer {
  private serving: ChildProcess | undefined;
  private log = '';

  private constructor(
    readonly directory: string,
    readonly origin: string,
    readonly org: string, // 64 hexadecimal digits
  ) {}

  /** A new channel, serving, with one root and a tick of a second. `policy` replaces the default one. */
  static async start(policy?: object): Promise<TestServer> {
    if (!existsSync(program))
      throw new Error(`${program} is not there: build it, or name another in the environment's CHANGGU`);
    await ready();
    const directory = mkdtempSync(join(tmpdir(), 'changgu-web-'));
    mkdirSync(join(directory, 'desk'));
    const origin = `http://127.0.0.1:${await freePort()}`;
    const options = ['--tick', '1', '--tick-offset', '0', '--fill', '2'];
    if (policy !== undefined) {
      writeFileSync(join(directory, 'policy.json'), JSON.stringify(policy));
      options.splice(0, 6, '--policy', join(directory, 'policy.json'));
    }
    const home = join(directory, 'channel');
    const root = join(directory, 'desk', 'root.keyring');
    const made = await changgu(
      ['init', '--dir', home, '--origin', origin, '--root-keyring', root].concat(
        ['--recovery-keyring', join(directory, 'desk', 'recovery.keyring')],
        options,
      ),
      { secrets: { passphrase: rootPassphrase, 'recovery-passphrase': 'recovery passphrase' } },
    );
    makeCheap(root, rootPassphrase);
    const server = new TestServer(directory, origin, String(made.data['org']));
    await server.serve();
    return server;
  }

  async serve(): Promise<void> {
    const config = join(this.directory, 'channel', 'changgu.toml');
    const child = spawn(program, ['serve', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.serving = child;
    for (const output of [child.stdout, child.stderr])
      output.setEncoding('utf8').on('data', (text: string) => (this.log += text));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}\n${this.log}`);
      return fetch(`${this.origin}/api/v1/channel`).then(
        (response) => response.ok,
        () => false,
      );
    }, 'the server listens');
  }

  /** Stops serving; the channel stays. */
  async stop(): Promise<void> {
    const child = this.serving;
    this.serving = undefined;
    if (child?.exitCode !== null) return;
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true });
  }

  /** Until all that is acknowledged now has been released: the next release may have begun already. */
  async released(): Promise<void> {
    const releases = () => this.log.split(' tick_done ').length;
    const before = releases();
    await until(() => releases() >= before + 2, 'two releases');
  }

  /** A path among the keyrings and other files of this channel's people. */
  desk(name: string): string {
    return join(this.directory, 'desk', name);
  }

  async admin(args: string[], given: Given = {}): Promise<Result> {
    const secrets = { passphrase: rootPassphrase, ...given.secrets };
    return changgu([...args, '--keyring', this.desk('root.keyring')], { ...given, secrets });
  }

  /** With the options that say which channel, as employees and new reviewers give them. */
  async anyone(args: string[], given: Given = {}): Promise<Result> {
    return changgu([...args, '--server', this.origin, '--org', this.org], given);
  }

  async reviewer(number: number, args: string[], given: Given = {}): Promise<Result> {
    const secrets = { passphrase: passphraseOf(number), ...given.secrets };
    return changgu([...args, '--keyring', this.desk(`reviewer-${number}.keyring`)], { ...given, secrets });
  }

  /** An admin's code for a new reviewer. */
  async invite(number: number): Promise<string> {
    const { data } = await this.admin(['reviewers', 'invite', '--number', String(number)]);
    return String(data['code']);
  }

  /** Signs a reviewer who has answered the code into the log; `rotate` opens an epoch that names them. */
  async approve(number: number, rotate: boolean, roleKo = `조사관 ${number}`): Promise<void> {
    await this.admin(
      [
        'reviewers',
        'approve',
        String(number),
        '--role-ko',
        roleKo,
        '--role-en',
        `Investigator ${number}`,
      ].concat(['--desk', 'integrity'], rotate ? [] : ['--no-rotate']),
    );
  }

  /** A reviewer at the command line. */
  async enrol(number: number, rotate: boolean): Promise<void> {
    const keyring = this.desk(`reviewer-${number}.keyring`);
    const code = await this.invite(number);
    const passphrase = passphraseOf(number);
    await this.anyone(['enrol', '--keyring', keyring], { secrets: { code, passphrase } });
    makeCheap(keyring, passphrase);
    await this.approve(number, rotate);
  }
}

const passphraseOf = (number: number) => `correct horse battery staple ${number} 부근 자신`;

/** Seals a keyring anew with the least that Argon2id may cost; the program keeps to what it finds in the file. */
function makeCheap(path: string, passphrase: string): void {
  const json = openKeyring(readFileSync(path), utf8(passphrase));
  writeFileSync(path, sealKeyring(json, utf8(passphrase), cheapest));
}
