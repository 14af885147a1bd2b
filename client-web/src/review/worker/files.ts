// Fetching a file that a message names.
import { blobsAtOnce } from '../../client/channel';
import { blobId, blobToken, decryptFile, type Attachment } from '../../protocol/file_stream';
import { CodedError } from '../../rpc/rpc';
import type { Session } from './session';

/** The file's content, checked. Errors: not-found (purged, or not yet there), and those of decryptFile. */
export async function fetchFile(session: Session, file: Attachment): Promise<Uint8Array<ArrayBuffer>> {
  const ids = Array.from({ length: file.chunks }, (_, j) => blobId(blobToken(file.key, j)));
  const chunks: Uint8Array[] = [];
  for (let j = 0; j < ids.length; j += blobsAtOnce) {
    const items = await session.call((channel) => channel.readBlobs(ids.slice(j, j + blobsAtOnce)));
    for (const item of items) {
      if (item.state !== 'present') throw new CodedError('not-found');
      chunks.push(item.body);
    }
  }
  return new Uint8Array(decryptFile(session.channel.org, file, chunks));
}
