// OpenDocument (odt, ods, odp) and HWPX, the Korean word processor's format: both are a ZIP of XML with a `mimetype`.
import type { Removal } from '../../contract';
import { fromLatin1, latin1, NotCleanable, type Findings } from './bytes';
import { cleanPicture } from './images';
import { lastOfPath } from './office';
import { rewriteXml, type Rewriter } from './xml';
import type { Parts } from './zip';

const openDocument = /^application\/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation|graphics)$/;
const extensions: Record<string, string> = {
  text: 'odt',
  spreadsheet: 'ods',
  presentation: 'odp',
  graphics: 'odg',
};

/** By the `mimetype` part; undefined where it is neither. */
export function packageKind(parts: Parts): { extension: string; type: string; hwpx: boolean } | undefined {
  const type = latin1((parts.get('mimetype') ?? new Uint8Array(0)).subarray(0, 200)).trim();
  if (type === 'application/hwp+zip') return { extension: 'hwpx', type, hwpx: true };
  const extension = extensions[openDocument.exec(type)?.[1] ?? ''];
  return extension === undefined ? undefined : { extension, type, hwpx: false };
}

// A file beside or above the document: its folders mostly name an account.
const outsidePath = /^(?:file:|[A-Za-z]:[\\/]|\\\\|\.\.\/)/i;

const metadata: Record<string, Removal> = {
  creator: 'author',
  'initial-creator': 'author',
  'printed-by': 'author',
  lastsaveby: 'author',
  generator: 'software',
  template: 'software',
  title: 'title',
  subject: 'title',
  description: 'title',
  keyword: 'title',
  date: 'times',
  'creation-date': 'times',
  'print-date': 'times',
  'editing-duration': 'times',
  CreatedDate: 'times',
  ModifiedDate: 'times',
  'editing-cycles': 'revision_ids',
};

/** A rewriter that changes nothing and names what a metadata part says. */
function reader(removed: Set<Removal>): Rewriter {
  let named = '';
  return {
    open({ local, attributes }) {
      named = attributes.get('name') ?? local;
      if (local === 'template' || local === 'user-defined') removed.add(metadata[local] ?? 'other_metadata');
      return undefined;
    },
    text(text, path) {
      if (text.trim() !== '') removed.add(metadata[named] ?? metadata[path.at(-1) ?? ''] ?? 'other_metadata');
      return text;
    },
  };
}

const droppedOdf: readonly [RegExp, Removal | 'metadata'][] = [
  [/(?:^|\/)meta\.xml$/, 'metadata'],
  [/(?:^|\/)settings\.xml$/, 'other_metadata'], // the printer's name and set-up
  [/(?:^|\/)layout-cache$/, 'other_metadata'],
  [/^Thumbnails\//, 'thumbnail'],
  [/^Configurations2\//, 'other_metadata'], // the program's toolbars
];

/** Errors: NotCleanable. */
export function cleanOpenDocument(parts: Parts, found: Findings): Parts {
  const { removed, residue } = found;
  const clean: Parts = new Map();
  const dropped = new Set<string>();
  const isDropped = (path: string) => dropped.has(path) || path.startsWith('Configurations2/');
  if (parts.has('META-INF/documentsignatures.xml')) throw new NotCleanable('signed');
  for (const [name, data] of parts) {
    const what = droppedOdf.find(([pattern]) => pattern.test(name))?.[1];
    if (what === undefined) continue;
    dropped.add(name);
    if (what === 'metadata') rewriteXml(data, reader(removed));
    else if (data.length > 0) removed.add(what);
  }
  for (const [name, data] of parts) {
    if (dropped.has(name)) continue;
    if (/^(?:Basic|Scripts|Dialogs)\//.test(name)) residue.add('macros');
    if (/^Object(?:Replacements\/| \d)/.test(name)) residue.add('hidden_content');
    if (name === 'META-INF/manifest.xml') {
      clean.set(
        name,
        rewriteXml(data, {
          open({ local, attributes }) {
            if (local === 'encryption-data') throw new NotCleanable('encrypted');
            return isDropped(attributes.get('manifest:full-path') ?? '') ? 'drop' : undefined;
          },
        }),
      );
    } else if (/\.(?:xml|rdf)$/.test(name)) clean.set(name, rewriteXml(data, odfContent(found)));
    else clean.set(name, cleanOther(name, data, found));
  }
  return clean;
}

function cleanOther(name: string, data: Uint8Array, { removed, residue }: Findings): Uint8Array {
  const picture = cleanPicture(data, removed);
  if (picture !== undefined) return picture;
  if (/^(?:Pictures|media|BinData)\//.test(name)) residue.add('unknown_type');
  else if (name !== 'mimetype' && !/^(?:Fonts|Basic|Scripts|Dialogs)\//.test(name)) {
    residue.add('hidden_content');
  }
  return data;
}

function odfContent({ removed, residue }: Findings): Rewriter {
  return {
    open({ name, local, attributes }) {
      const get = (key: string) => attributes.get(key) ?? '';
      if (name === 'text:tracked-changes' || name === 'table:tracked-changes') residue.add('tracked_changes');
      if (
        /^(?:collapse|filter)$/.test(get('table:visibility')) ||
        get('table:display') === 'false' ||
        get('text:display') === 'none' ||
        get('presentation:visibility') === 'hidden' ||
        local === 'hidden-text' ||
        local === 'hidden-paragraph'
      ) {
        residue.add('hidden_content');
      }
      if (local === 'event-listener') residue.add('macros');
      for (const [key, value] of attributes) {
        if (/^officeooo:(?:paragraph-)?rsid$/.test(key)) {
          attributes.delete(key);
          removed.add('revision_ids');
        } else if (outsidePath.test(value)) {
          attributes.set(key, lastOfPath(value));
          removed.add('other_metadata');
        }
      }
      return undefined;
    },
    text(text, path) {
      const element = path.at(-1) ?? '';
      const about = path.includes('annotation') || path.includes('change-info');
      if (!about || text.trim() === '') return text;
      if (/^(?:creator|creator-initials|sender-initials)$/.test(element)) {
        removed.add('comment_authors');
        return '';
      }
      if (element === 'date') {
        removed.add('times');
        return '1980-01-01T00:00:00';
      }
      return text === '' || element !== 'date-string' ? text : '';
    },
  };
}

// One white pixel: HWPX's container names the preview, so something has to be there.
const emptyPicture = fromLatin1(
  '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\b\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\x1b\xb6\xeeV\0\0\0\0IEND\xaeB`\x82',
);

/** Errors: NotCleanable. */
export function cleanHwpx(parts: Parts, found: Findings): Parts {
  const { removed } = found;
  const clean: Parts = new Map();
  for (const [name, data] of parts) {
    if (/signature/i.test(name)) throw new NotCleanable('signed');
    if (/^Preview\/.*\.txt$/i.test(name)) {
      clean.set(name, new Uint8Array(0));
      removed.add('thumbnail');
    } else if (/^Preview\//i.test(name)) {
      clean.set(name, emptyPicture);
      removed.add('thumbnail');
    } else if (/\.hpf$/i.test(name)) {
      const report = reader(removed);
      clean.set(
        name,
        rewriteXml(data, {
          open: (tag) => report.open?.(tag),
          text: (text, path) => {
            if (!path.includes('metadata') || path.at(-1) === 'language') return text;
            report.text?.(text, path);
            return '';
          },
        }),
      );
    } else if (/\.(?:xml|rdf)$/i.test(name)) {
      clean.set(name, rewriteXml(data, hwpxContent(found)));
    } else if (/^Scripts\//i.test(name)) {
      clean.set(name, new Uint8Array(0)); // every document has them, mostly with nothing in them
    } else clean.set(name, cleanOther(name, data, found));
  }
  return clean;
}

function hwpxContent({ removed, residue }: Findings): Rewriter {
  let author = false; // within a memo's parameter that names its author
  return {
    open({ local, attributes }) {
      if (local === 'encryption-data') throw new NotCleanable('encrypted');
      if (local === 'insertBegin' || local === 'deleteBegin') residue.add('tracked_changes');
      author = local.endsWith('Param') && /^(?:Author|CreateDateTime)$/.test(attributes.get('name') ?? '');
      for (const [key, what] of [
        ['name', 'comment_authors'],
        ['date', 'times'],
      ] as const) {
        if (/^trackChange(?:Author)?$/.test(local) && attributes.has(key)) {
          attributes.set(key, key === 'name' ? 'Author' : '1980-01-01T00:00:00Z');
          removed.add(what);
        }
      }
      if (local === 'HCFVersion') {
        if (attributes.delete('appVersion')) removed.add('software');
      }
      for (const [key, value] of attributes) {
        if (!outsidePath.test(value)) continue;
        attributes.set(key, lastOfPath(value));
        removed.add('other_metadata');
      }
      return undefined;
    },
    text(text) {
      if (!author || text.trim() === '') return text;
      author = false;
      removed.add('comment_authors');
      return '';
    },
  };
}
