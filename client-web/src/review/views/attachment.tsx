// An attachment, shown in a frame that has no origin and no network, or saved after a warning.
import { useEffect, useRef, useState } from 'preact/hooks';
import { errorWords, useUi } from '../context';
import type { AttachmentView } from '../contract';
import { saveFile } from '../files';
import { formatSize } from '../format';
import { imageTypeOf, textOf } from '../viewer_types';
import { Dialog } from './parts';

export function AttachmentDialog(props: {
  caseId: string;
  message: number;
  index: number;
  view: AttachmentView;
  onClose: () => void;
}) {
  const { api, t } = useUi();
  const { caseId, message, index, view } = props;
  const [bytes, setBytes] = useState<Uint8Array<ArrayBuffer> | null>(null);
  const [failure, setFailure] = useState('');
  const [warned, setWarned] = useState(false);
  useEffect(() => {
    let current = true;
    api.attachment(caseId, message, index).then(
      (content) => {
        if (current) setBytes(content);
      },
      (error: unknown) => {
        if (current) setFailure(errorWords(error, t));
      },
    );
    return () => {
      current = false;
    };
  }, []);
  return (
    <Dialog heading={t.viewer.heading} onClose={props.onClose} wide>
      <p>
        <bdi>{view.name}</bdi> <span class="hint">{formatSize(view.size)}</span>
      </p>
      {failure !== '' ? (
        <p class="notice bad" role="alert">
          {failure}
        </p>
      ) : bytes === null ? (
        <p role="status">{t.viewer.loading}</p>
      ) : warned ? (
        <div class="notice warn">
          <h3>{t.viewer.warnHeading}</h3>
          <p>{t.viewer.warn}</p>
          <button
            type="button"
            class="button danger"
            onClick={() => {
              saveFile(view.name, bytes, 'application/octet-stream');
              props.onClose();
            }}
          >
            {t.viewer.downloadAnyway}
          </button>
        </div>
      ) : (
        <Content bytes={bytes} name={view.name} />
      )}
      <div class="row">
        <button type="button" class="button" onClick={props.onClose}>
          {t.close}
        </button>
        {bytes !== null && !warned && (
          <button
            type="button"
            class="button"
            onClick={() => {
              setWarned(true);
            }}
          >
            {t.case.download}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function Content({ bytes, name }: { bytes: Uint8Array<ArrayBuffer>; name: string }) {
  const { t, language } = useUi();
  const frame = useRef<HTMLIFrameElement>(null);
  const showable = imageTypeOf(bytes) !== null || textOf(bytes) !== null;
  useEffect(() => {
    const onReady = (event: MessageEvent<unknown>) => {
      const target = frame.current?.contentWindow;
      if (target === null || target === undefined || event.source !== target || event.data !== 'ready')
        return;
      const dark =
        document.documentElement.dataset['contrast'] === 'high' ||
        matchMedia('(prefers-color-scheme: dark)').matches;
      // The frame has no origin that could be named; it is known by its window.
      target.postMessage({ bytes, label: name, refusal: t.viewer.cannotShow, dark, language }, '*');
    };
    addEventListener('message', onReady);
    return () => {
      removeEventListener('message', onReady);
    };
  }, [bytes]);
  if (!showable) return <p class="notice">{t.viewer.cannotShow}</p>;
  return (
    <>
      <p class="hint">{t.viewer.isolated}</p>
      <iframe
        ref={frame}
        class="viewer"
        title={t.viewer.frame}
        sandbox="allow-scripts"
        src="/review/viewer.html"
      />
    </>
  );
}
