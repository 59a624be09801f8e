// SPDX-License-Identifier: Apache-2.0

/// The style sheet of all pages: light or dark by the system's preference, one column on small screens. Text has a
/// contrast of at least 4.5:1, and no information is conveyed by color alone.
enum PageStyle {
    static let text: HTML = """

        :root { color-scheme: light dark; --ground: #fff; --panel: #f5f6f8; --line: #d8dce2; --ink: #1a1f27;
          --soft: #566070; --link: #0b57c2; --good: #17693b; --good-ground: #dff3e6; --warn: #7a4b00;
          --warn-ground: #fdf0d2; --bad: #a61b1b; --bad-ground: #fde4e1; --idle-ground: #e8ebf0;
          --good-mark: #2e9e5b; --warn-mark: #d18a00; --bad-mark: #c92a2a; --idle: #8b95a5; }
        @media (prefers-color-scheme: dark) { :root { --ground: #11151b; --panel: #1a2029; --line: #333c49;
          --ink: #e6eaf0; --soft: #a2adbd; --link: #82b4ff; --good: #7fdba3; --good-ground: #15331f; --warn: #f3c569;
          --warn-ground: #3a2b0a; --bad: #ff9d93; --bad-ground: #461815; --idle-ground: #2a323e;
          --good-mark: #3fa66a; --warn-mark: #d79a22; --bad-mark: #e5534b; --idle: #6f7b8c; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink);
          font: 15px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
        a { color: var(--link); } a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible,
        .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--ground);
          padding: .5rem 1rem; z-index: 1; }
        .quiet { color: var(--soft); }
        .top { display: flex; flex-wrap: wrap; gap: .3rem 2rem; align-items: baseline; padding: .7rem 1.2rem;
          background: var(--panel); border-bottom: 1px solid var(--line); }
        .brand { margin: 0; font-weight: 600; } .brand a { color: inherit; text-decoration: none; }
        .brand .quiet { font-weight: 400; font-size: .9em; }
        nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: 0; padding: 0; }
        main { max-width: 90rem; margin: 0 auto; padding: 1rem 1.2rem 2rem; } main:focus { outline: none; }
        h1 { font-size: 1.5rem; margin: .4rem 0 .8rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .7rem; margin: 0; }
        .tile { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; min-width: 0; }
        .tile dt { color: var(--soft); font-size: .9em; overflow-wrap: anywhere; }
        .tile dd { margin: 0; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
        .tile dd small { display: block; font-size: .85rem; font-weight: 400; color: var(--soft); }
        .tile.bad { background: var(--bad-ground); border-color: var(--bad); } .tile.bad dd { color: var(--bad); }
        .tile.warn { background: var(--warn-ground); border-color: var(--warn); } .tile.warn dd { color: var(--warn); }
        .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
        table { border-collapse: collapse; width: 100%; } caption { position: absolute; left: -999px; }
        th, td { text-align: left; vertical-align: top; padding: .4rem .7rem; border-top: 1px solid var(--line); }
        thead th { border-top: 0; background: var(--panel); font-weight: 600; white-space: nowrap; }
        tbody th { font-weight: 600; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
        td.when { white-space: nowrap; } td.text { overflow-wrap: anywhere; min-width: 9.5rem; }
        td.text:last-child { min-width: 14rem; width: 36%; } td .badge { white-space: normal; }
        .line { display: block; white-space: nowrap; }
        tbody th { overflow-wrap: anywhere; min-width: 12rem; }
        td a, .id { overflow-wrap: anywhere; } .id { display: block; font: .85em ui-monospace, monospace; color: var(--soft); font-weight: 400; }
        code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
        .badge { display: inline-block; padding: 0 .5rem; border-radius: 1rem; font-size: .87em; white-space: nowrap;
          background: var(--idle-ground); color: var(--ink); }
        .badge.good { background: var(--good-ground); color: var(--good); }
        .badge.warn { background: var(--warn-ground); color: var(--warn); }
        .badge.bad { background: var(--bad-ground); color: var(--bad); }
        .badges { display: flex; flex-wrap: wrap; gap: .25rem .35rem; }
        form { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin: 0 0 .8rem; }
        label { display: flex; flex-direction: column; font-size: .9em; color: var(--soft); }
        input, select, button { font: inherit; color: var(--ink); background: var(--ground); padding: .3rem .6rem;
          border: 1px solid var(--soft); border-radius: .35rem; min-height: 2.2rem; max-width: 100%; }
        button { background: var(--panel); cursor: pointer; }
        .note { background: var(--warn-ground); color: var(--warn); border-radius: .5rem; padding: .6rem .9rem; }
        .note.bad { background: var(--bad-ground); color: var(--bad); }
        .note.good { background: var(--good-ground); color: var(--good); }
        .top .quiet { margin: 0; font-size: .9em; } .top .process { flex-basis: 100%; }
        .bar { display: block; width: 100%; min-width: 6rem; max-width: 10rem; height: 8px; margin: .3rem 0;
          border-radius: 4px; } .bar rect, .strip rect { fill: var(--idle); }
        .bar .good, .strip .good { fill: var(--good-mark); } .bar .warn { fill: var(--warn-mark); }
        .bar .bad, .strip .bad { fill: var(--bad-mark); }
        .strip { margin: 0 0 .8rem; } .strip svg { max-width: 100%; height: 30px; display: block; }
        .remedy { display: block; padding-left: 1.2em; } .remedy + br { display: none; }
        .remedy::before { content: "→"; margin-left: -1.2em; float: left; }
        .facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: 0; }
        .facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
        .pages { display: flex; gap: 1.2rem; margin-top: .8rem; }
        @media (max-width: 48rem) { .facts { grid-template-columns: 1fr; } .facts dd { margin-bottom: .4rem; }
          thead { position: absolute; left: -9999px; } table, tbody { display: block; }
          tr { display: block; padding: .5rem .7rem; border-top: 1px solid var(--line); }
          tbody tr:first-child { border-top: 0; }
          tbody th { display: block; min-width: 0; border: 0; padding: .1rem 0; }
          td, td.number, td.text:last-child { width: auto; border: 0; padding: .1rem 0; text-align: left; min-width: 0; }
          td { display: flow-root; padding-left: 6.5rem !important; } td:empty { display: none; }
          td::before { content: attr(data-title); color: var(--soft); font-size: .9em; float: left; width: 6.2rem;
            margin-left: -6.5rem; }
          .tiles { grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); } td.when { white-space: normal; } }

        """
}
