const style = `
:root{color-scheme:light;font:17px/1.5 system-ui,sans-serif;color:#1d2433;background:#eef1f5}
body{margin:0;padding:16px}
.wide{max-width:none}
.desk{display:grid;gap:0 32px;grid-template-columns:minmax(0,1fr)}
@media(min-width:64rem){.desk{grid-template-columns:minmax(0,3fr) minmax(0,2fr)}}
section{margin:0 0 24px}
main{max-width:24rem;margin:0 auto;padding:20px;background:#fff;border-radius:14px}
.notice{margin:0 0 16px;padding:10px 12px;border-radius:10px;background:#fff3c4;color:#5c4500;font-size:.9rem}
h1,h2{margin:0;font-size:1rem;font-weight:500}
.amount{margin:0 0 12px;font-size:2.2rem;font-weight:700}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:0 0 16px;font-size:.9rem}
dt{color:#56607a}dd{margin:0;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;font-size:.9rem}
th{font-weight:500;color:#56607a;text-align:left}
td,th{padding:6px 8px 6px 0;border-top:1px solid #e3e7ee;overflow-wrap:anywhere}
svg{display:block;width:12rem;margin:8px auto}
figure{margin:16px 0 0;text-align:center}figcaption{font-size:.85rem;color:#56607a}
fieldset{margin:0 0 14px;border:1px solid #c9d0dc;border-radius:10px}
label{display:block;padding:10px 0}
button{width:100%;min-height:48px;margin:0 0 10px;border:1px solid #2b4c9b;border-radius:10px;font:inherit;background:#fff;color:#2b4c9b}
button.pay{background:#2b4c9b;color:#fff;font-weight:600}
.wide button{width:auto;min-height:40px;margin:0;padding:0 14px}
.wide form{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:0 0 8px}
.wide h1,.wide h2{margin:0 0 8px;font-weight:600}.wide label{padding:0}.wide td{vertical-align:top}
input:not([type]),select{min-height:40px;padding:0 8px;border:1px solid #6b7690;border-radius:8px;font:inherit;background:#fff;color:inherit;max-width:100%;box-sizing:border-box}
ul,ol{margin:0 0 12px;padding:0;list-style:none;font-size:.9rem}li{padding:6px 0;border-top:1px solid #e3e7ee;overflow-wrap:anywhere}
time{color:#56607a;font-variant-numeric:tabular-nums}
button:focus-visible,select:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid #e08a00;outline-offset:2px}
`

/** What a browser shows. `title` and `content` are markup. Made for a phone, unless it is `wide`. */
export function page(content: string, { title = "Simulated payment", wide = false } = {}): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><style>${style}</style></head>
<body><main${wide ? ' class="wide"' : ""}>${content}</main></body></html>`
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
