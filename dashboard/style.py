"""The one small stylesheet: the header's row, the width of what is worked with, what has the focus, figures.

It comes with the page itself (`web/frame.py`): one that came with the screen would move what is seen already.
"""

CSS = """
/* Whoever comes in: Streamlit would draw a narrow column first and the whole width after that. */
[data-testid="stMainBlockContainer"] { max-width: none; }
/* A page that has just been opened is shown when its parts are there: grey bars of other sizes would move it. */
html[data-new] [data-testid="stMainBlockContainer"]:has([data-testid="stSkeleton"]) { visibility: hidden; }
/* A grid, a board and charts have the whole width; what is read has a measure of its own. */
[data-testid="stMainBlockContainer"] { padding-left: 1.5rem; padding-right: 1.5rem; }
[class*="st-key-activity-"], [data-testid="stAlert"] { max-width: 64rem; }
/* What stands elsewhere, or holds nothing yet, takes no room in the column. */
[data-testid="stLayoutWrapper"]:has(> .st-key-who) { position: absolute; }
[data-testid="stLayoutWrapper"]:has(> [data-testid="stVerticalBlock"]:empty) { display: none; }
[class*="st-key-mention_names"] { position: absolute; height: 0; overflow: hidden; }
[class*="st-key-mention_names"] [data-testid^="stAlert"] { display: none; }
/* A drawer that is shut lies beside the screen; the keyboard would go through all its links unseen. */
[data-testid="stSidebar"][data-collapsed="true"] { visibility: hidden; }
/* Where the keyboard is. */
[data-testid="stTopNavLink"]:focus-visible, [data-testid="stSidebarNavLink"]:focus-visible,
[data-testid="stMain"]:focus-visible {
  outline: 2px solid #3a56c5; outline-offset: -2px; box-shadow: none;
}
/* What cannot be changed is read all the same, and so is what it is called. */
label[data-testid="stWidgetLabel"] { color: inherit; }
/* A name from the code in a line of small print: as small and as dark as the line, which is faint enough. */
[data-testid="stCaptionContainer"] code { color: inherit; background: none; font-size: inherit; padding: 0; }
[data-testid^="stBaseButton"] kbd { opacity: 1; color: inherit; }
.st-key-who {
  position: fixed; top: 0; right: 0.75rem; height: 3.75rem; width: auto;
  align-items: center; z-index: 1000000;
}
/* A record beside its list: the list keeps its place and makes room where there is enough of it. */
[data-testid="stLayoutWrapper"]:has(> .st-key-beside) { position: absolute; }
.st-key-beside {
  position: fixed; top: 3.75rem; right: 0; bottom: 0; width: min(30rem, 100vw); z-index: 100;
  overflow-y: auto; overscroll-behavior: contain; padding: 0.75rem 1rem 2rem; flex-wrap: nowrap;
  background: #ffffff; border-left: 1px solid #d9dade; box-shadow: -8px 0 24px rgb(0 0 0 / .12);
}
.st-key-beside > * { flex-shrink: 0; }
@media (min-width: 1100px) {
  [data-testid="stMainBlockContainer"]:has(.st-key-beside) { padding-right: 31.5rem; }
}
/* What is said of an act stands below, where it covers neither the heading nor the button that undoes the act. */
.stToastContainer[data-testid="stToastContainer"] { top: auto; bottom: 1rem; }
/* An address in a narrow column goes on below, not over what stands beside it. */
.stHtml a { overflow-wrap: anywhere; }
[data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
.st-key-who button img {
  width: 1.75rem; height: 1.75rem; max-height: none; border-radius: 50%; object-fit: cover;
}
.st-key-who p { max-width: 14rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.st-key-who .stText { font-size: 0.8125rem; opacity: 0.8; }
/* Streamlit darkens its accent under the pointer, too dark to read on a dark ground. */
.st-key-who button:is(:hover, :focus, :active, [aria-expanded="true"]) { color: inherit; opacity: 0.75; }
.st-key-narrow { padding-top: 4vh; }
[class*="st-key-related-"] [data-testid="stBaseButton-tertiary"] {
  min-height: 1.5rem; padding: 0;
}
[class*="st-key-icon-"] button [data-testid="stMarkdownContainer"] {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
/* The board before it is drawn: as high as its columns are at least, and as those are of which one is full. */
.st-key-board-few { min-height: 306px; }
.st-key-board-full { min-height: 566px; }
.st-key-board-few [data-testid="stSkeleton"], .st-key-board-full [data-testid="stSkeleton"] { display: none; }
/* A dashboard's charts take as much of a line as each says; where there is less room, half or all of it. */
.st-key-boards-tiles:is([data-testid="stGrid"]), .st-key-boards-tiles [data-testid="stGrid"] {
  grid-template-columns: repeat(6, minmax(0, 1fr));
}
.st-key-boards-tiles > :has([class*="st-key-width-third"]) { grid-column: span 2; }
.st-key-boards-tiles > :has([class*="st-key-width-half"]) { grid-column: span 3; }
.st-key-boards-tiles > :has([class*="st-key-width-full"]) { grid-column: span 6; }
@media (max-width: 1080px) { .st-key-boards-tiles > :has([class*="st-key-width-third"]) { grid-column: span 3; } }
@media (max-width: 720px) {
  .st-key-boards-tiles > :has([class*="st-key-width-"]) { grid-column: span 6 !important; }
}
/* The accent carries white and is too dark to be read on a dark ground; there text takes the link's colour. */
@media (prefers-color-scheme: dark) {
  [data-testid="stTopNavLink"]:focus-visible, [data-testid="stSidebarNavLink"]:focus-visible,
  [data-testid="stMain"]:focus-visible { outline-color: #93a6f2; }
  .st-key-beside { background: #17181b; border-color: #3a3c42; }
  button[data-variant="segmented_control"][data-selected="true"]:not([data-disabled]),
  button[data-variant="pills"][data-selected="true"]:not([data-disabled]) { color: #93a6f2; }
}
/* Firefox makes such a button a sixtieth of a pixel too narrow for its word, which would end in three dots. */
@supports (-moz-appearance: none) {
  [data-testid="stPopoverButton"] [data-testid="stMarkdownContainer"] { text-overflow: clip; }
}
/* On paper: the numbers and charts, two a row, with the line that says what they are of; nothing to press. */
.st-key-printed { display: none; }
@media print {
  @page { size: A4; margin: 12mm; }
  html, body { color-scheme: light; }
  .st-key-printed { display: flex; }
  [data-testid="stHeader"], [data-testid="stSidebar"], [data-testid="stToast"], .st-key-who, [class*="-bar"],
  [class*="st-key-icon-"], [data-testid="stMain"] :is([data-testid="stButton"], [data-testid="stPopover"],
  [data-testid="stSelectbox"], [data-testid="stTextInput"], [data-testid="stButtonGroup"],
  [data-testid="stCheckbox"], [data-testid="stDownloadButton"]) { display: none; }
  [data-testid="stApp"], [data-testid="stAppViewContainer"], [data-testid="stMain"] {
    position: static; overflow: visible; height: auto; inset: auto;
  }
  [data-testid="stMainBlockContainer"] { padding: 0; }
  [data-testid="stGrid"] { grid-template-columns: 1fr 1fr !important; }
  [data-testid="stElementToolbar"] { display: none; }
  [data-testid="stVegaLiteChart"], .foyer-figures .tile, .foyer-figures tr { break-inside: avoid; }
  [data-testid="stVegaLiteChart"] svg { max-width: 100%; height: auto; }
}
@media (max-width: 640px) {
  .st-key-who p { max-width: 7rem; }
  .st-key-who .stText { display: none; }
  .st-key-beside { border-left: 0; box-shadow: none; }
  .st-key-narrow { padding-top: 0; }
  [data-testid="stMainBlockContainer"] { padding: 4.25rem 1rem 2rem; }
  button kbd[aria-label] { display: none; }
  /* Choices side by side go on in a second line; some would end at the edge, in the middle of a word. */
  [data-testid="stButtonGroup"] > div:has(> button) { flex-wrap: wrap; overflow: visible; }
  /* Sort and pages of a list stand in one line, however many there are: the sort gives way. */
  [class*="-filter-sort"] { flex: 1 1 6rem !important; width: auto !important; min-width: 6rem; }
  /* What can be done with a list stands in one line with its name; how many there are is said below. */
  .st-key-heading:has([class*="-import-open"]) { flex-wrap: nowrap; gap: 0.25rem; }
  .st-key-heading:has([class*="-import-open"]) > div:has([data-testid="stCaptionContainer"]) { display: none; }
  .st-key-heading:has([class*="-import-open"]) > div:first-child { margin-right: auto; }
  .st-key-heading:has([class*="-import-open"]) :is([class*="-import-open"], [data-testid="stPageLink"],
    button[kind="secondary"][data-testid="stPopoverButton"]) [data-testid="stMarkdownContainer"] {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }
}
"""
