/* The page's one style sheet. System fonts; colours of verdicts differ in lightness too,
 * and every verdict is a word. */
#ifndef NG_REPORTS_HTML_STYLE_H
#define NG_REPORTS_HTML_STYLE_H

#define NG_HTML_STYLE                                                                  \
    "html{background:#fff;color:#1a1a1a;"                                              \
    "font:14px/1.4 system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',"       \
    "Arial,sans-serif}\n"                                                              \
    "body{max-width:1240px;margin:0 auto;padding:10px 18px 40px}\n"                    \
    "h1{font-size:21px;line-height:1.25;margin:0 0 4px}\n"                             \
    "h2{font-size:18px;margin:34px 0 8px;border-top:1px solid "                        \
    "#ccc;padding-top:14px}\n"                                                         \
    "h3{font-size:13px;margin:0 0 3px}\n"                                              \
    ".answer{font-size:15.5px;line-height:1.35;margin:0 0 8px}\n"                      \
    ".setup,.note{color:#444;font-size:12.5px;line-height:1.3;margin:4px 0}\n"         \
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}\n"              \
    "th,td{padding:3px 9px 3px 0;text-align:left;vertical-align:baseline}\n"           \
    "thead th{border-bottom:1.5px solid #333;font-weight:600;font-size:12.5px;"        \
    "line-height:1.2;vertical-align:bottom}\n"                                         \
    ".first thead th{white-space:nowrap}\n"                                            \
    "thead small{display:block;font-weight:400;font-size:11.5px;color:#444}\n"         \
    "tbody tr{border-bottom:1px solid #ddd}\n"                                         \
    "tbody tr.new{border-top:1.5px solid #999}\n"                                      \
    ".groups tbody th{font-weight:400}\n"                                              \
    "td.few{color:#555;font-style:italic;padding-left:24px}\n"                         \
    "tbody th{font-weight:600;white-space:nowrap}\n"                                   \
    "td{white-space:nowrap}\n"                                                         \
    "td.n,th.n{text-align:right}\n"                                                    \
    "td.wrap{white-space:normal}\n"                                                    \
    ".n+:not(.n){padding-left:12px}\n"                                                 \
    ".wide{overflow-x:auto;font-size:13px;margin-top:6px}\n"                           \
    ".first{width:100%;font-size:13px}\n"                                              \
    ".first tbody th{white-space:normal;overflow-wrap:anywhere;min-width:7em;"         \
    "padding-left:23px;text-indent:-23px}\n"                                           \
    "tr.pick{background:#e8f2fa}\n"                                                    \
    ".mark{vertical-align:-2px;margin:0 6px 0 3px}\n"                                  \
    ".verdict{display:inline-block;padding:0 7px;border-radius:3px;font-weight:700;"   \
    "font-size:12px;line-height:18px;border:1px solid #999;color:#333;"                \
    "background:#f4f4f4}\n"                                                            \
    ".safe{background:#0072b2;border-color:#0072b2;color:#fff}\n"                      \
    ".harm,.diverged{background:#b03a00;border-color:#b03a00;color:#fff}\n"            \
    ".undecided{background:#ffe2a0;border-color:#e69f00;color:#4a3300}\n"              \
    ".lower{display:flex;gap:20px;margin-top:6px;align-items:flex-start}\n"            \
    ".lower figure{flex:0 0 auto;width:820px}\n"                                       \
    ".aside{flex:1 1 0;min-width:0;font-size:12.5px;line-height:1.32}\n"               \
    ".aside p{margin:0 0 8px}\n"                                                       \
    ".aside ul{margin:0 0 8px;padding-left:16px}\n"                                    \
    "figure{margin:0}\n"                                                               \
    "figure img{display:block;max-width:100%;height:auto}\n"                           \
    "figcaption{font-size:12px;color:#444;line-height:1.3}\n"                          \
    "section figcaption{font-size:13px;max-width:820px}\n"                             \
    "pre{background:#f4f4f4;border:1px solid #ddd;padding:5px 8px;margin:0;"           \
    "font:12.5px/1.35 ui-monospace,'DejaVu Sans Mono',Consolas,monospace;"             \
    "white-space:pre-wrap;overflow-wrap:anywhere}\n"                                   \
    "code{font:12px ui-monospace,'DejaVu Sans Mono',Consolas,monospace;"               \
    "overflow-wrap:anywhere}\n"                                                        \
    ".within{color:#00507d}\n"                                                         \
    ".beyond{color:#fff;background:#b03a00;padding:0 4px}\n"                           \
    ".unproven{color:#4a3300;background:#ffe2a0;padding:0 4px}\n"                      \
    "dl{margin:0;max-width:960px}\n"                                                   \
    "dt{font-weight:600;float:left;clear:left;width:80px}\n"                           \
    "dd{margin:0 0 5px 90px}\n"                                                        \
    "section{break-inside:auto}\n"                                                     \
    "@media(max-width:1100px){.lower{flex-direction:column}"                           \
    ".lower figure{width:auto}}\n"                                                     \
    "@media print{html{font-size:11px}body{max-width:none;padding:0}"                  \
    "h2{break-after:avoid}figure,tr,dl,.aside{break-inside:avoid}"                     \
    ".lower{display:block}.lower figure{width:auto}.wide{overflow:visible}"            \
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"

#endif
