// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import Testing

@testable import WebServer

@Suite("Content negotiation")
struct NegotiationTests {
    static let accepts: [(lines: [String], format: ExpositionFormat)] = [
        // Prometheus 2.42.
        (
            [
                """
                application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                text/plain;version=0.0.4;q=0.5,*/*;q=0.1
                """
            ], .openMetrics
        ),
        // Prometheus 3.x.
        (
            [
                """
                application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
                text/plain;version=0.0.4;q=0.3,*/*;q=0.2
                """
            ], .openMetrics
        ),
        // Prometheus 3.x with native histograms.
        (
            [
                """
                application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,\
                application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
                text/plain;version=0.0.4;q=0.3,*/*;q=0.2
                """
            ], .openMetrics
        ),
        // Prometheus 3.x with scrape_protocols: [PrometheusText0.0.4].
        (["text/plain;version=0.0.4;q=0.2,*/*;q=0.1"], .text),
        (["text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.2"], .text),
        // VictoriaMetrics' vmagent.
        (["text/plain;version=0.0.4;q=1,*/*;q=0.1"], .text),
        (["text/plain"], .text),
        // curl, and no header.
        (["*/*"], .text), ([], .text), ([""], .text),
        // Browsers.
        (["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"], .text),
        // OpenMetrics only, in several notations.
        (["application/openmetrics-text;version=1.0.0"], .openMetrics),
        (["application/openmetrics-text; version=1.0.0; charset=utf-8"], .openMetrics),
        (["APPLICATION/OpenMetrics-Text;VERSION=1.0.0"], .openMetrics),
        ([#"application/openmetrics-text;version="1.0.0""#], .openMetrics),
        (["application/openmetrics-text \t; version = 1.0.0"], .openMetrics),
        (["text/html", "application/openmetrics-text;version=1.0.0"], .openMetrics),
        // Other versions are other formats.
        (["application/openmetrics-text"], .text), (["application/openmetrics-text;version=0.0.1"], .text),
        (["application/openmetrics-text;version=2.0.0"], .text), (["application/openmetrics-text;version="], .text),
        // Weights.
        (["application/openmetrics-text;version=1.0.0;q=0.4,text/plain;q=0.5"], .text),
        (["application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.5"], .openMetrics),
        (["application/openmetrics-text;version=1.0.0;Q=0.500,text/plain;Q=0.499"], .openMetrics),
        (["application/openmetrics-text;version=1.0.0;q=0"], .text),
        (["application/openmetrics-text;version=1.0.0;q=0,*/*;q=0"], .text),
        (["application/openmetrics-text;version=1.0.0;q=0.001,text/plain;q=0"], .openMetrics),
        (["application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.9"], .text),
        (["application/openmetrics-text;version=1.0.0;q=0.5,text/*;q=0.9"], .text),
        // A named type takes precedence over a range, in any order.
        (["*/*;q=0.9,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.1"], .openMetrics),
        (["text/plain;q=0.1,application/openmetrics-text;version=1.0.0;q=0.5,text/*;q=0.9,*/*"], .openMetrics),
        (["text/*;q=0.2,application/openmetrics-text;version=1.0.0;q=0.5,*/*"], .openMetrics),
        (["text/plain;version=0.0.4;q=0,application/openmetrics-text;version=1.0.0;q=0.5,*/*"], .openMetrics),
        // Invalid weights count as 0.
        (["application/openmetrics-text;version=1.0.0;q=x"], .text),
        (["application/openmetrics-text;version=1.0.0;q=2"], .text),
        (["application/openmetrics-text;version=1.0.0;q=-1"], .text),
        (["application/openmetrics-text;version=1.0.0;q=nan"], .text),
        // Separators in quoted strings are ignored.
        ([#"application/openmetrics-text;version=1.0.0;x="a,b;c";q=0.4,text/plain;q=0.5"#], .text),
        ([#"text/plain;x="application/openmetrics-text;version=1.0.0""#], .text),
        ([#"text/plain;x="\",application/openmetrics-text;version=1.0.0""#], .text),
        // Garbage.
        ([",,;;=,q=1,/,*"], .text), ([#"application/openmetrics-text;version="1.0.0"#], .text), (["\u{FFFD}\0"], .text),
        // A separator followed by a combining mark is still a separator.
        (["application/openmetrics-text;version=1.0.0;q=0.4,\u{301}x"], .openMetrics),
        (["application/openmetrics-text;\u{301}x;version=1.0.0"], .openMetrics),
        (["x;y=\"\u{301},application/openmetrics-text;version=1.0.0,\""], .text),
        (["application/openmetrics-text;version=1.0.0,\u{301}text/plain;q=0.3"], .openMetrics),
        // A Greek question mark isn't a separator, although canonically equivalent to a semicolon.
        (["application/openmetrics-text\u{37E}version=1.0.0"], .text),
    ]

    @Test("The preferred format is chosen, text by default", arguments: accepts)
    func format(lines: [String], format: ExpositionFormat) {
        #expect(Negotiation.format(accept: lines) == format)
    }

    static let encodings: [(lines: [String], gzip: Bool)] = [
        (["gzip"], true), (["gzip, deflate, br, zstd"], true), (["deflate, gzip;q=1.0, *;q=0.5"], true),
        (["GZIP"], true), (["x-gzip"], true), (["*"], true), (["br", "gzip"], true), (["gzip;q=0.001"], true),
        (["gzip ; q=0.5"], true), (["identity;q=0.5, gzip"], true),
        ([], false), ([""], false), (["identity"], false), (["deflate, br"], false), (["gzip;q=0"], false),
        (["gzip;q=0.0, *"], false), (["*, gzip;q=0"], false), (["*;q=0"], false), (["gzip;q=x"], false),
        (["br,\u{301}x, gzip"], true), (["x;y=\"\u{301}, gzip, \""], false), (["gzip;\u{301}x;q=0"], false),
        (["gzipped"], false), ([#"x;y="gzip, gzip""#], false),
    ]

    @Test("Gzip is used if accepted", arguments: encodings)
    func gzip(lines: [String], gzip: Bool) {
        #expect(Negotiation.acceptsGzip(acceptEncoding: lines) == gzip)
    }

    static let languages: [(lines: [String], language: Language)] = [
        // Browsers in several languages, curl, and no header.
        (["zh-CN,zh;q=0.9,en;q=0.8"], .chinese), (["en-US,en;q=0.5"], .english), (["zh-TW"], .chinese),
        (["zh-Hans-CN"], .chinese), (["ZH"], .chinese), (["de-DE,de;q=0.9,en;q=0.8,zh;q=0.7"], .english),
        (["de-DE,de;q=0.9,zh;q=0.8,en;q=0.7"], .chinese), (["fr"], .english), ([], .english), ([""], .english),
        // Weights. With equal ones the first language counts.
        (["en;q=0.4,zh;q=0.5"], .chinese), (["zh;q=0.4", "en;q=0.5"], .english), (["zh,en"], .chinese),
        (["en", "zh"], .english), (["zh;q=0.3,en;q=0.5,zh-CN;q=0.8"], .chinese), (["zh;q=0"], .english),
        (["zh;q=0,en;q=0"], .english), (["en-US;q=0.001,zh;q=0"], .english),
        // The range `*` includes the languages that are not named.
        (["*"], .english), (["en;q=0,*;q=0.1"], .chinese), (["en;q=0.5,*"], .chinese), (["zh;q=0.5,*"], .english),
        (["zh;q=0.5,*;q=0.5"], .chinese), (["*;q=0,zh;q=0.1"], .chinese),
        // Garbage.
        (["zh;q=x"], .english), (["zh;q=2,en;q=0.1"], .english), (["zh_CN"], .english), (["zhe"], .english),
        (["-zh,,;q=1,\u{FFFD}\0"], .english), (["zh\u{301}"], .english), ([",\u{301}x,zh"], .chinese),
        ([#""zh""#], .english), (["zh-"], .chinese),
    ]

    @Test("The preferred language is chosen, English by default", arguments: languages)
    func language(lines: [String], language: Language) {
        #expect(Negotiation.language(acceptLanguage: lines) == language)
    }
}
