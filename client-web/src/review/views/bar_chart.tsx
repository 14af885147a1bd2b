// Lying bars, drawn by uPlot in the page's colours; the table beside them is the same in words.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

const rowHeight = 34;
const axisHeight = 34;

// uPlot's own names for these are a const enum, which is no value in a module built by itself.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const [bottom, left] = [2, 3] as [uPlot.Axis.Side, uPlot.Axis.Side];

export function BarChart(props: { label: string; names: string[]; values: (number | null)[] }) {
  const place = useRef<HTMLDivElement>(null);
  const { names, values } = props;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let chart: uPlot | null = null;
    const draw = () => {
      chart?.destroy();
      chart = drawBars(element, names, values);
    };
    const size = new ResizeObserver(draw);
    size.observe(element);
    // Colours come from the style sheet and change with it.
    const look = new MutationObserver(draw);
    look.observe(document.documentElement, { attributeFilter: ['data-contrast', 'data-text'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      size.disconnect();
      look.disconnect();
      scheme.removeEventListener('change', draw);
      chart?.destroy();
    };
  }, [names.join('\n'), values.join(' ')]);
  return <div ref={place} class="chart" role="img" aria-label={props.label} />;
}

function drawBars(element: HTMLElement, names: string[], values: (number | null)[]): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `14px ${style.fontFamily}`;
  const pen = document.createElement('canvas').getContext('2d');
  if (pen !== null) pen.font = font;
  const widest = Math.max(0, ...names.map((name) => pen?.measureText(name).width ?? 0));
  const most = Math.max(5, ...values.map((value) => value ?? 0));
  const bars = uPlot.paths.bars?.({ size: [0.62, 22], align: 0 });
  return new uPlot(
    {
      width: element.clientWidth,
      height: names.length * rowHeight + axisHeight,
      padding: [0, 16, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, ori: 1, dir: -1, range: [-0.6, names.length - 0.4] },
        y: { ori: 0, dir: 1, range: [0, most * 1.05] },
      },
      axes: [
        {
          scale: 'x',
          side: left,
          size: Math.min(widest + 16, element.clientWidth * 0.5),
          splits: names.map((_, i) => i),
          values: names,
          grid: { show: false },
          ticks: { show: false },
          stroke: colour('--text'),
          font,
          gap: 8,
        },
        {
          scale: 'y',
          side: bottom,
          size: axisHeight,
          space: 48,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
          grid: { stroke: colour('--line'), width: 1 },
          ticks: { show: false },
          stroke: colour('--text-soft'),
          font,
        },
      ],
      series: [
        {},
        {
          fill: colour('--accent'),
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        },
      ],
    },
    [names.map((_, i) => i), values],
    element,
  );
}
