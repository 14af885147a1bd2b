// The entry of the Web Worker that parses files. They may come from anywhere, so it is apart from the worker that has
// the receipt and the keys.
import { serve } from '../../../rpc/server';
import { clean } from './clean';

declare const self: DedicatedWorkerGlobalScope;

serve(self, { clean: (file: File) => clean(file) });
