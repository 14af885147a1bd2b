// Word, Excel and PowerPoint files (OOXML) without who, when and where they were written.
//
// What a part says about people is blanked in place, by local names: the same attribute means the same thing in every
// part it occurs in. Parts that hold nothing but such things are dropped, with the relationships that lead to them.
import type { Removal } from '../../contract';
import { latin1, NotCleanable, startsWith, type Findings } from './bytes';
import { cleanPicture } from './images';
import { rewriteXml, type Rewriter, type Tag } from './xml';
import { readZip, writeZip, type Parts } from './zip';

export interface OfficeKind {
  extension: string;
  type: string;
}

const openXml = 'application/vnd.openxmlformats-officedocument.';
const mainParts: readonly [part: string, OfficeKind][] = [
  ['word/document.xml', { extension: 'docx', type: `${openXml}wordprocessingml.document` }],
  ['xl/workbook.xml', { extension: 'xlsx', type: `${openXml}spreadsheetml.sheet` }],
  ['ppt/presentation.xml', { extension: 'pptx', type: `${openXml}presentationml.presentation` }],
];

export function officeKind(parts: Parts): OfficeKind | undefined {
  const contentTypes = parts.get('[Content_Types].xml');
  const kind = mainParts.find(([part]) => parts.has(part))?.[1];
  if (contentTypes === undefined || kind === undefined) return undefined;
  if (!latin1(contentTypes).includes('macroEnabled')) return kind;
  return { extension: kind.extension.replace(/x$/, 'm'), type: 'application/octet-stream' };
}

/** Parts that go altogether, and what goes with them; of the properties, what is in them. */
const droppedParts: readonly [RegExp, Removal | 'properties'][] = [
  [/^docProps\/(?:core|app|custom)[^/]*\.xml$/i, 'properties'],
  [/^package\/services\/metadata\/core-properties\/[^/]*\.psmdcp$/i, 'properties'],
  [/^docProps\/thumbnail\.[^/]+$/i, 'thumbnail'],
  [/^docMetadata\//i, 'other_metadata'], // sensitivity labels: they name the organisation's tenant
  [/^customXml\//i, 'other_metadata'],
  [/^word\/people\.xml$/i, 'comment_authors'],
  [/^word\/recipientData[^/]*\.xml$/i, 'other_metadata'],
  [/\/printerSettings\d*(?:\/[^/]+|\.bin)$/i, 'other_metadata'],
  [/^xl\/revisions\//i, 'revision_ids'],
  [/^ppt\/(?:changesInfos\/|revisionInfo\.xml)/i, 'revision_ids'],
  [/^ppt\/tags\//i, 'other_metadata'],
];

const properties: Record<string, Removal> = {
  creator: 'author',
  lastModifiedBy: 'author',
  Manager: 'author',
  Company: 'author',
  title: 'title',
  subject: 'title',
  description: 'title',
  keywords: 'title',
  category: 'title',
  created: 'times',
  modified: 'times',
  lastPrinted: 'times',
  TotalTime: 'times',
  revision: 'revision_ids',
  Application: 'software',
  AppVersion: 'software',
  Template: 'software',
};

const droppedElements: Record<string, Removal> = {
  rsids: 'revision_ids',
  docId: 'revision_ids',
  revisionPtr: 'revision_ids',
  attachedTemplate: 'other_metadata',
  mailMerge: 'other_metadata',
  printerSettings: 'other_metadata',
  absPath: 'other_metadata', // where the workbook was saved, mostly with its author's account name
  custDataLst: 'other_metadata',
  customWorkbookViews: 'author',
  customSheetViews: 'author',
  fileSharing: 'author',
  fileVersion: 'software',
};

// Extensions that hold nothing but a random number of a shape or slide.
const creationIds = /^\{(?:FF2B5EF4-FFF2-40B4-BE49-F238E27FC236|BB962C8B-B14F-4D97-AF65-F5344CB8AC3E)\}$/i;
const tracked = new Set(
  'ins del moveFrom moveTo rPrChange pPrChange sectPrChange tblPrChange tblPrExChange trPrChange tcPrChange tblGridChange numberingChange cellIns cellDel cellMerge'.split(
    ' ',
  ),
);
const people = new Set(['cmAuthor', 'author', 'person', 'presenceInfo']);
const hiddenParts =
  /^xl\/(?:externalLinks|model)\/|^xl\/(?:connections\.xml|pivotCache\/pivotCacheRecords)|\/embeddings\//i;
const localPath = /^(?:file:|[A-Za-z]:[\\/]|\\\\)/i;
const pathInField = /(?:file:\/{2,3})?(?:\b[A-Za-z]:|\\)[\\/][^"<]{0,500}[\\/]/gi;
const somebody = 'Author';
const someTime = '1980-01-01T00:00:00Z';

export function lastOfPath(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Errors: NotCleanable. `depth` counts documents within documents. */
export function cleanOffice(parts: Parts, found: Findings, depth = 0): Parts {
  if ([...parts.keys()].some((name) => name.startsWith('_xmlsignatures/'))) throw new NotCleanable('signed');
  const dropped = new Set<string>();
  for (const [name, data] of parts) {
    const what = droppedParts.find(([pattern]) => pattern.test(name))?.[1];
    if (what === undefined) continue;
    dropped.add(name);
    if (what === 'properties') readProperties(data, found.removed);
    else if (!name.endsWith('.rels')) found.removed.add(what);
  }
  const clean: Parts = new Map();
  for (const [name, data] of parts) {
    if (!dropped.has(name)) clean.set(name, cleanPart(name, data, dropped, found, depth));
  }
  return clean;
}

function readProperties(data: Uint8Array, removed: Set<Removal>): void {
  rewriteXml(data, {
    text(text, path) {
      if (text.trim() !== '') removed.add(properties[path[1] ?? ''] ?? 'other_metadata');
      return '';
    },
  });
}

function cleanPart(
  name: string,
  data: Uint8Array,
  dropped: Set<string>,
  found: Findings,
  depth: number,
): Uint8Array {
  if (hiddenParts.test(name)) found.residue.add('hidden_content');
  if (/vbaProject|vbaData|\/activeX\//i.test(name)) found.residue.add('macros');
  if (name === '[Content_Types].xml') {
    return rewriteXml(data, {
      open: (tag) => (dropped.has((tag.attributes.get('PartName') ?? '').slice(1)) ? 'drop' : undefined),
    });
  }
  if (name.endsWith('.rels')) return rewriteXml(data, relationships(name, dropped, found.removed));
  if (/\.(?:xml|vml)$/i.test(name)) return rewriteXml(data, content(name, found));
  if (startsWith(data, 'PK\x03\x04') && depth < 2) {
    found.residue.add('hidden_content');
    const inner = readZip(data);
    return officeKind(inner) === undefined ? data : writeZip(cleanOffice(inner, found, depth + 1));
  }
  const picture = cleanPicture(data, found.removed);
  if (picture !== undefined) return picture;
  if (name.includes('/media/')) found.residue.add('unknown_type');
  else if (!/\.(?:odttf|fntdata)$|vbaProject|activeX/i.test(name)) found.residue.add('hidden_content');
  return data;
}

function relationships(name: string, dropped: Set<string>, removed: Set<Removal>): Rewriter {
  const folder = name.slice(0, name.lastIndexOf('_rels/'));
  return {
    open({ attributes }) {
      const target = attributes.get('Target') ?? '';
      if (attributes.get('TargetMode') !== 'External') {
        return dropped.has(resolve(folder, target)) ? 'drop' : undefined;
      }
      if ((attributes.get('Type') ?? '').endsWith('/attachedTemplate')) {
        removed.add('other_metadata');
        return 'drop';
      }
      // A file beside or above the document: its folders mostly name an account.
      if (!/^(?:https?|mailto|tel|ftp):|^#/i.test(target) && lastOfPath(target) !== target) {
        attributes.set('Target', lastOfPath(target));
        removed.add('other_metadata');
      }
      return undefined;
    },
  };
}

/** The part that a relationship of a part in `folder` (with its slash) leads to. */
function resolve(folder: string, target: string): string {
  const steps = target.startsWith('/') ? [] : folder.split('/').slice(0, -1);
  for (const step of target.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

function content(name: string, found: Findings): Rewriter {
  const names = new Set<string>(); // of a comment part's authors
  const set = ({ attributes }: Tag, key: string, value: string | undefined, what: Removal) => {
    if (attributes.get(key) === value) return;
    found.removed.add(what);
    if (value === undefined) attributes.delete(key);
    else attributes.set(key, value);
  };
  return {
    open(tag) {
      const what = droppedElements[tag.local];
      if (what !== undefined || creationIds.test(tag.attributes.get('uri') ?? '')) {
        found.removed.add(what ?? 'revision_ids');
        return 'drop';
      }
      findHidden(name, tag, found);
      for (const [key, value] of tag.attributes) {
        const local = key.slice(key.indexOf(':') + 1);
        if (localPath.test(value)) set(tag, key, lastOfPath(value), 'other_metadata');
        if (local.startsWith('rsid')) set(tag, key, undefined, 'revision_ids');
        else if (key.startsWith('xr') && local === 'uid') set(tag, key, undefined, 'revision_ids');
        else if (local === 'author') set(tag, key, somebody, 'comment_authors');
        else if (local === 'initials') set(tag, key, 'A', 'comment_authors');
        else if (local === 'date' && (tracked.has(tag.local) || tag.local === 'comment')) {
          set(tag, key, undefined, 'times');
        } else if (local === 'dateUtc' || local === 'dT' || (local === 'created' && tag.local === 'cm')) {
          set(tag, key, someTime, 'times');
        } else if (local === 'dt' && tag.local === 'cm') set(tag, key, undefined, 'times');
        else if (local === 'refreshedBy') set(tag, key, undefined, 'author');
        else if (local.startsWith('refreshedDate')) set(tag, key, undefined, 'times');
        else if (people.has(tag.local) && /^(?:name|displayName|userId)$/.test(local)) {
          set(tag, key, somebody, 'comment_authors');
        } else if (people.has(tag.local) && local === 'providerId') set(tag, key, 'None', 'comment_authors');
        else if (key === 'r:id' && tag.local === 'pageSetup') tag.attributes.delete(key);
        else if (key === 'instr' || local === 'instr')
          set(tag, key, value.replace(pathInField, ''), 'other_metadata');
      }
      return undefined;
    },
    text(text, path) {
      const element = path.at(-1);
      if (element === 'author' && path.at(-2) === 'authors') {
        if (text !== somebody) found.removed.add('comment_authors');
        names.add(`${text}:`);
        return somebody;
      }
      // Excel begins a comment's text with its author.
      if (names.has(text.trim())) return `${somebody}:`;
      if (element === 'instrText') {
        const without = text.replace(pathInField, '');
        if (without !== text) found.removed.add('other_metadata');
        return without;
      }
      return text;
    },
  };
}

function findHidden(name: string, { local, attributes, parents }: Tag, { residue }: Findings): void {
  const get = (key: string) => attributes.get(key) ?? '';
  const on = (value: string) => value === '1' || value === 'true';
  if (name.startsWith('word/')) {
    // A table's or a paragraph's own `ins` stands where tracked changes stand, and nothing else is called so.
    if (tracked.has(local)) residue.add('tracked_changes');
    const styles = /\/(?:styles|stylesWithEffects|numbering)\.xml$/.test(name);
    if (local === 'vanish' && !styles && !/^(?:0|false|off)$/.test(get('w:val')))
      residue.add('hidden_content');
  } else if (name.startsWith('xl/')) {
    if (local === 'sheet' && /hidden/i.test(get('state'))) residue.add('hidden_content');
    if ((local === 'row' || local === 'col') && on(get('hidden'))) residue.add('hidden_content');
  } else if (local === 'sld' && parents.length === 0 && /^(?:0|false)$/.test(get('show'))) {
    residue.add('hidden_content');
  }
}
