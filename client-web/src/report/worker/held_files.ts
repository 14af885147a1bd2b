// Files that were chosen, cleaned, and wait to be sent. The page knows them by a number.
import { chunkSize, fileClassFor, maxFileName } from '../../protocol/file_stream';
import { withinBytes } from '../../protocol/json';
import { wipe } from '../../protocol/sodium';
import { CodedError } from '../../rpc/rpc';
import type { Cleaned, CleanedFile, Draft } from '../contract';

export interface OutgoingFile {
  content: Uint8Array;
  name: string;
  type: string;
}

export class HeldFiles {
  private readonly held = new Map<number, { bytes: Uint8Array; type: string }>();
  private last = 0;

  /** Errors: too_large (beyond what the largest class holds). */
  add({ bytes, name, type, removed, residue }: Cleaned, originalSize: number): CleanedFile {
    const paddedSize = fileClassFor(bytes.length) * chunkSize;
    const id = ++this.last;
    this.held.set(id, { bytes, type });
    return { id, name, type, originalSize, size: bytes.length, paddedSize, removed, residue };
  }

  discard(id: number): void {
    wipe(this.held.get(id)?.bytes);
    this.held.delete(id);
  }

  clear(): void {
    for (const id of [...this.held.keys()]) this.discard(id);
  }

  /** What a draft attaches, under the names it gives. Errors: unknown_file. */
  of(draft: Draft): OutgoingFile[] {
    return draft.files.map(({ id, name }) => {
      const file = this.held.get(id);
      if (file === undefined) throw new CodedError('unknown_file');
      return { content: file.bytes, name: fitting(name), type: file.type };
    });
  }
}

/** The name, cut to what an attachment may have. */
function fitting(name: string): string {
  const characters = Array.from(name.slice(0, maxFileName));
  while (!withinBytes(characters.join(''), maxFileName)) characters.pop();
  return characters.join('');
}
