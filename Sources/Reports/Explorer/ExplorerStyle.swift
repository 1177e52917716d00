extension ExplorerPage {
  /// The page's style sheet: colours as variables of both themes, then the parts from top to bottom.
  static let style = colors + layout + parts

  /// Text on its ground has a contrast of 4.5 at least, in both themes.
  private static let colors = #"""
    :root {
      color-scheme: light;
      --ground: #fbfaf7; --card: #ffffff; --line: #e3e0d8; --ink: #1c1f24; --soft: #5b6169;
      --accent: #0b5cad; --accent-soft: #dbe9f7; --warm: #a34a00; --mute: #96938b;
      --shadow: 0 1px 2px rgb(28 31 36 / .05), 0 8px 24px rgb(28 31 36 / .05);
    }
    @media (prefers-color-scheme: dark) {
      :root:not([data-theme="light"]) {
        color-scheme: dark;
        --ground: #101216; --card: #181b21; --line: #2b3039; --ink: #eceae5; --soft: #a3a9b3;
        --accent: #7cc0ff; --accent-soft: #1d344b; --warm: #ffae66; --mute: #6d7582;
        --shadow: none;
      }
    }
    :root[data-theme="dark"] {
      color-scheme: dark;
      --ground: #101216; --card: #181b21; --line: #2b3039; --ink: #eceae5; --soft: #a3a9b3;
      --accent: #7cc0ff; --accent-soft: #1d344b; --warm: #ffae66; --mute: #6d7582;
      --shadow: none;
    }

    """#

  private static let layout = #"""
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--ground); color: var(--ink);
      font: 16px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
        "DejaVu Sans", sans-serif;
    }
    .page { max-width: 1120px; margin: 0 auto; padding: 32px 24px 48px; }
    header { display: grid; grid-template-columns: 1fr auto; gap: 8px 24px; margin-bottom: 20px; }
    h1 {
      grid-column: 1; margin: 0; font: 600 clamp(26px, 4.2vw, 38px)/1.15 ui-serif, Georgia,
        "Iowan Old Style", "Noto Serif", "DejaVu Serif", serif; letter-spacing: -.01em;
    }
    h2 { margin: 0; font-size: 15px; font-weight: 600; }
    .lede { grid-column: 1 / -1; margin: 0; max-width: 70ch; color: var(--soft); }
    .lede b, .name { color: var(--ink); font-weight: 600; overflow-wrap: anywhere; }
    .card {
      background: var(--card); border: 1px solid var(--line); border-radius: 14px;
      box-shadow: var(--shadow); padding: 18px 20px; margin-top: 16px; min-width: 0;
    }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
    .note { margin: 6px 0 0; color: var(--soft); font-size: 14px; }
    [hidden] { display: none !important; }
    footer { margin-top: 24px; color: var(--soft); font-size: 14px; max-width: 80ch; }
    footer p { margin: 6px 0; }
    @media (max-width: 760px) {
      .page { padding: 20px 14px 36px; }
      .pair { grid-template-columns: 1fr; gap: 0; }
      .card { padding: 14px; border-radius: 12px; }
    }

    """#

  private static let parts = #"""
    button, select, input[type="number"] {
      font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
      border-radius: 9px; min-height: 40px; padding: 4px 12px;
    }
    button { cursor: pointer; min-width: 40px; }
    button:hover, select:hover { border-color: var(--accent); }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    #theme { grid-column: 2; grid-row: 1; align-self: start; white-space: nowrap; font-size: 14px; }

    .controls { position: sticky; top: 0; z-index: 2; display: grid; gap: 10px; }
    .chooser { display: grid; grid-template-columns: auto 1fr; gap: 12px; align-items: center; }
    .chooser select { width: 100%; min-width: 0; text-overflow: ellipsis; }
    .slider { display: grid; grid-template-columns: auto auto 1fr auto auto; gap: 10px; align-items: center; }
    .slider label, .chooser label { font-weight: 600; }
    .slider input[type="number"] {
      width: 5em; text-align: right; font-weight: 600; font-variant-numeric: tabular-nums;
    }
    .slider input[type="range"] { width: 100%; height: 40px; margin: 0; padding: 0; background: none; appearance: none; cursor: pointer; }
    .slider input[type="range"]::-webkit-slider-runnable-track {
      height: 8px; border-radius: 4px;
      background: linear-gradient(to right, var(--accent) var(--fill, 0%), var(--line) var(--fill, 0%));
    }
    .slider input[type="range"]::-webkit-slider-thumb {
      appearance: none; width: 26px; height: 26px; margin-top: -9px; border-radius: 50%;
      background: var(--warm); border: 3px solid var(--card); box-shadow: 0 0 0 1px var(--line);
    }
    .slider input[type="range"]::-moz-range-track { height: 8px; border-radius: 4px; background: var(--line); }
    .slider input[type="range"]::-moz-range-progress { height: 8px; border-radius: 4px; background: var(--accent); }
    .slider input[type="range"]::-moz-range-thumb {
      width: 20px; height: 20px; border-radius: 50%; background: var(--warm);
      border: 3px solid var(--card); box-shadow: 0 0 0 1px var(--line);
    }
    #summary { margin: 0; min-height: 1.5em; }

    .maps { display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px; }
    figure { margin: 0; min-width: 0; }
    figcaption { margin-bottom: 8px; font-size: 14px; color: var(--soft); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    figcaption strong { display: block; color: var(--ink); font-size: 15px; }
    .frame { position: relative; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
    .frame canvas {
      display: block; width: 100%; height: 100%; image-rendering: pixelated; touch-action: pan-y;
    }
    .legend {
      grid-column: 1 / -1; display: grid; grid-template-columns: 1fr auto minmax(46%, 1fr);
      gap: 6px 24px; align-items: center; min-width: 0;
    }
    .bar { display: grid; grid-template-columns: auto 1fr auto; gap: 8px; align-items: center; font-size: 13px; font-variant-numeric: tabular-nums; }
    .bar canvas { width: 100%; height: 12px; border-radius: 3px; }
    .readout { margin: 0; font-size: 14px; color: var(--soft); font-variant-numeric: tabular-nums; min-height: 1.5em; }
    .stretch { cursor: pointer; display: flex; gap: 8px; align-items: center; font-size: 14px; min-height: 32px; }
    .stretch input { width: 18px; height: 18px; accent-color: var(--accent); }

    .tiles { display: grid; grid-template-columns: repeat(5, 1fr); gap: 12px; margin: 16px 0 0; }
    .tiles div {
      background: var(--card); border: 1px solid var(--line); border-radius: 14px;
      box-shadow: var(--shadow); padding: 12px 16px; min-width: 0;
    }
    .tiles dt { font-size: 13px; color: var(--soft); }
    .tiles dd { margin: 2px 0 0; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    .tiles dd small { display: block; font-size: 13px; font-weight: 400; color: var(--soft); }

    svg { display: block; width: 100%; font-size: 12px; font-variant-numeric: tabular-nums; }
    svg text { fill: var(--soft); }
    svg .grid { stroke: var(--line); }
    svg .area { fill: var(--accent-soft); }
    svg .curve { fill: none; stroke: var(--accent); stroke-width: 2.5; stroke-linejoin: round; }
    svg .kept { fill: var(--accent); }
    svg .rest { fill: var(--mute); }
    svg .now { stroke: var(--warm); stroke-width: 2; }
    svg .handle { fill: var(--warm); stroke: var(--card); stroke-width: 2; }
    svg .even { stroke: var(--soft); stroke-dasharray: 3 4; }
    svg .strong { fill: var(--ink); font-weight: 600; font-size: 14px; }
    svg .sign { fill: var(--soft); font-size: 22px; }
    .chart { margin-top: 8px; cursor: ew-resize; touch-action: pan-y; user-select: none; }

    details { margin-top: 16px; }
    summary { cursor: pointer; font-weight: 600; min-height: 32px; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
    th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
    th { font-weight: 600; color: var(--soft); }
    tr.current td { background: var(--accent-soft); font-weight: 600; }
    .explain p { margin: 8px 0 0; font-size: 14.5px; color: var(--soft); }
    .explain b { color: var(--ink); }

    @media (max-width: 760px) {
      .maps { grid-template-columns: 1fr 1fr; gap: 12px; }
      .legend { grid-column: auto; grid-template-columns: 1fr; align-content: end; }
      .bar { font-size: 12px; gap: 5px; }
      .stretch { font-size: 13px; line-height: 1.25; }
      .readout { font-size: 13px; min-height: 7.5em; line-height: 1.35; }
      .tiles { grid-template-columns: 1fr 1fr; gap: 10px; }
      .tiles div { border-radius: 12px; padding: 10px 12px; }
      .tiles div:last-child { grid-column: 1 / -1; }
      .slider { grid-template-columns: auto 1fr auto auto; }
      .slider input[type="range"] { grid-column: 1 / -1; grid-row: 2; }
      .slider input[type="number"] { justify-self: start; }
      #summary { font-size: 14px; min-height: 3em; }
      .controls { gap: 6px; padding-top: 10px; padding-bottom: 10px; }
    }

    """#
}
