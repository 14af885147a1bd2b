// The meter for a passphrase of one's own: a worker of its own, because its dictionaries are large and few people need it.
import { zxcvbn, zxcvbnOptions } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';
import { serve } from '../../rpc/server';

zxcvbnOptions.setOptions({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
});

// The meter's time grows faster than the text, so only the first 100 characters count.
const longest = 100;

serve(self as unknown as DedicatedWorkerGlobalScope, {
  strengthOf: (passphrase: string, known: string[]) =>
    Promise.resolve(zxcvbn(passphrase.slice(0, longest), [...known, 'changgu', '창구']).score),
});
