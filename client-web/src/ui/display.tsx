import { useState } from 'preact/hooks';

type Setting = 'text' | 'contrast';

function Toggle({ setting, on, label }: { setting: Setting; on: string; label: string }) {
  const [pressed, setPressed] = useState(document.documentElement.dataset[setting] === on);
  return (
    <button
      type="button"
      class="button quiet"
      aria-pressed={pressed}
      onClick={() => {
        if (pressed) Reflect.deleteProperty(document.documentElement.dataset, setting);
        else document.documentElement.dataset[setting] = on;
        setPressed(!pressed);
      }}
    >
      {label}
    </button>
  );
}

/** Large text and high contrast, kept on the document for as long as the page is open. */
export function DisplaySettings({ largeText, highContrast }: { largeText: string; highContrast: string }) {
  return (
    <>
      <Toggle setting="text" on="large" label={largeText} />
      <Toggle setting="contrast" on="high" label={highContrast} />
    </>
  );
}
