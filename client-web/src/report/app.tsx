// The employee's pages as one state: no router and no history entries, so the browser notes nothing but the address.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { localised, preferredLanguage } from '../i18n/language';
import { codeOf } from '../rpc/rpc';
import type { ChannelView, CleanerApi, Pin, ReporterApi, Sent, ThreadView } from './contract';
import { isWorthKeeping, nothingWritten } from './draft';
import type { Fragment } from './fragment';
import { en } from './i18n/en';
import { ko } from './i18n/ko';
import { errorText, PageContext, type Page } from './page';
import { stopAtOpening, stopOf, type Stop } from './stops';
import { Answers } from './views/answers';
import { Connect } from './views/connect';
import { Done } from './views/done';
import { FollowUp } from './views/follow_up';
import { Form } from './views/form';
import { Front } from './views/front';
import { Receipt } from './views/receipt';
import { Shell } from './views/shell';
import { StopPage } from './views/stop';
import { Thread } from './views/thread';

type View =
  | { at: 'opening' | 'connect' | 'front' | 'form' | 'done' | 'answers' | 'follow_up_done' }
  | { at: 'receipt'; sent: Sent }
  | { at: 'thread' | 'follow_up'; thread: ThreadView }
  | { at: 'stop'; stop: Stop; code: string };

interface Props {
  api: ReporterApi;
  /** Starts the worker that parses files: once the page can be used, and before anything is written. */
  startCleaner: () => CleanerApi;
  /** Undefined when it is damaged. */
  fragment: Fragment | undefined;
  /** The origin that served the page; undefined for the single file. */
  origin: string | undefined;
  quickExit: () => void;
  /** Tells whether closing the page now would lose something. */
  onUnsaved: (unsaved: boolean) => void;
}

const slow = 400; // ms before "checking" is said: most often it is done by then

export function App({ api, startCleaner, fragment, origin, quickExit, onUnsaved }: Props) {
  const [language, setLanguage] = useState(() => preferredLanguage(navigator.languages));
  const [view, setView] = useState<View>({ at: 'opening' });
  const [channel, setChannel] = useState<ChannelView>();
  const [compared, setCompared] = useState(false);
  const [writing, setWriting] = useState(nothingWritten);
  const [followUp, setFollowUp] = useState(nothingWritten);
  const live = useRef<HTMLParagraphElement>(null);
  const cleaner = useRef<CleanerApi>(undefined);
  const target = useRef<{ origin: string; pin: Pin | null }>(undefined);
  const t = language === 'ko' ? ko : en;

  const stop = (what: Stop, code: string) => {
    setWriting(nothingWritten);
    setFollowUp(nothingWritten);
    void api.forget().catch(() => undefined);
    setView({ at: 'stop', stop: what, code });
  };
  const open = (address: string, pin: Pin | null) => {
    target.current = { origin: address, pin };
    setView({ at: 'opening' });
    api.open(address, pin).then(
      (opened) => {
        setChannel(opened);
        setView({ at: 'front' });
        cleaner.current ??= startCleaner();
      },
      (error: unknown) => {
        stop(stopAtOpening(codeOf(error)), codeOf(error));
      },
    );
  };
  useEffect(() => {
    const address = origin ?? fragment?.server;
    if (fragment === undefined) stop('bad_link', 'bad_link');
    else if (address === undefined || address === null) setView({ at: 'connect' });
    else open(address, fragment.pin);
    // Once, at the start: a fragment that changes loads the page anew.
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    onUnsaved(view.at === 'receipt' || isWorthKeeping(writing) || isWorthKeeping(followUp));
  }, [view, writing, followUp, onUnsaved]);

  const page = useMemo<Page>(
    () => ({
      api,
      clean: async (file) => {
        cleaner.current ??= startCleaner();
        return api.hold(await cleaner.current.clean(file), file.size);
      },
      t,
      language,
      quickExit,
      say: (text) => {
        if (live.current !== null) live.current.textContent = text;
      },
      fail: (error) => {
        const code = codeOf(error);
        // Somebody reads now whom the page has not shown: it shows them before anything is sent.
        if (code === 'readers_changed' && target.current !== undefined)
          api.open(target.current.origin, target.current.pin).then(setChannel, () => undefined);
        const what = stopOf(code);
        if (what !== undefined) stop(what, code);
        return errorText(t, error);
      },
    }),
    [api, t, language, quickExit, startCleaner],
  );
  const go = (at: 'front' | 'form' | 'answers' | 'done' | 'follow_up_done') => () => {
    setView({ at });
  };
  const onSent = (sent: Sent) => {
    if (sent.confirmed) setWriting(nothingWritten);
    setView({ at: 'receipt', sent });
  };
  const home = () => {
    // Whoever leaves an answer is done with the receipt: the worker drops its keys, and all files with them.
    void api.forget().catch(() => undefined);
    setFollowUp(nothingWritten);
    setWriting((now) => ({ ...now, files: [] }));
    setView({ at: 'front' });
  };

  const body = () => {
    if (view.at === 'stop')
      return (
        <StopPage
          key={view.stop}
          stop={view.stop}
          code={view.code}
          onRetry={() => {
            if (target.current !== undefined) open(target.current.origin, target.current.pin);
          }}
        />
      );
    if (view.at === 'connect') return <Connect onConnect={open} />;
    if (channel === undefined || view.at === 'opening') return <Opening text={t.opening} />;
    switch (view.at) {
      case 'front':
        return (
          <Front
            channel={channel}
            compared={compared}
            onSame={() => {
              setCompared(true);
            }}
            onDifferent={() => {
              stop('other_channel', 'wrong_org');
            }}
            onSend={go('form')}
            onAnswers={go('answers')}
          />
        );
      case 'form':
        return (
          <Form
            channel={channel}
            writing={writing}
            onWriting={setWriting}
            onBack={go('front')}
            onSent={onSent}
          />
        );
      case 'receipt':
        return (
          <Receipt
            sent={view.sent}
            onSent={onSent}
            onGiveUp={go('form')}
            onDone={() => {
              void api.forget().catch(() => undefined);
              setView({ at: 'done' });
            }}
          />
        );
      case 'done':
        return <Done key="done" title={t.done.title} channel={channel} onBack={home} />;
      case 'answers':
        return (
          <Answers
            onBack={go('front')}
            onThread={(thread) => {
              setView({ at: 'thread', thread });
            }}
          />
        );
      case 'thread':
        return (
          <Thread
            channel={channel}
            thread={view.thread}
            onThread={(thread) => {
              setView({ at: 'thread', thread });
            }}
            onWriteOn={() => {
              setView({ at: 'follow_up', thread: view.thread });
            }}
            onBack={home}
          />
        );
      case 'follow_up':
        return (
          <FollowUp
            channel={channel}
            thread={view.thread}
            writing={followUp}
            onWriting={setFollowUp}
            onSent={() => {
              home();
              setView({ at: 'follow_up_done' });
            }}
            onNewReport={() => {
              home();
              setView({ at: 'form' });
            }}
            onBack={() => {
              setView({ at: 'thread', thread: view.thread });
            }}
          />
        );
      case 'follow_up_done':
        return <Done key="more" title={t.done.followUpTitle} channel={channel} onBack={home} />;
    }
  };
  return (
    <PageContext.Provider value={page}>
      <Shell
        name={channel === undefined ? t.title : localised(channel.name, language)}
        onLanguage={() => {
          setLanguage(language === 'ko' ? 'en' : 'ko');
        }}
      >
        {body()}
        <p ref={live} class="visually-hidden" aria-live="polite" />
      </Shell>
    </PageContext.Provider>
  );
}

function Opening({ text }: { text: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setShown(true);
    }, slow);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return (
    <div class="opening" role="status">
      {shown && (
        <>
          <p>{text}</p>
          <progress aria-label={text} />
        </>
      )}
    </div>
  );
}
