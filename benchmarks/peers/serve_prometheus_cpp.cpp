// SPDX-License-Identifier: Apache-2.0
// serve-prometheus-cpp PORT PAGE: exports the series of a page with prometheus-cpp.
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>

namespace {

// Returns the labels of `{a="b",c="d"}`, without unescaping: the page's values have no escapes.
prometheus::Labels readLabels(const std::string &text) {
    prometheus::Labels labels;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto equals = text.find("=\"", at);
        if (equals == std::string::npos) break;
        const auto end = text.find('"', equals + 2);
        labels[text.substr(at, equals - at)] = text.substr(equals + 2, end - equals - 2);
        at = end + 2;
    }
    return labels;
}

}  // namespace

int main(int count, char **arguments) {
    if (count != 3) {
        std::cerr << "usage: serve-prometheus-cpp PORT PAGE\n";
        return 2;
    }
    const auto registry = std::make_shared<prometheus::Registry>();
    std::map<std::string, std::string> helps;
    std::map<std::string, prometheus::Family<prometheus::Gauge> *> families;
    std::ifstream page(arguments[2]);
    for (std::string line; std::getline(page, line);) {
        if (line.rfind("# HELP ", 0) == 0) {
            const auto space = line.find(' ', 7);
            helps[line.substr(7, space - 7)] = line.substr(space + 1);
        }
        if (line.empty() || line[0] == '#') continue;
        const auto space = line.rfind(' ');
        const auto brace = line.find('{');
        const auto name = line.substr(0, std::min(brace, space));
        auto &family = families[name];
        if (family == nullptr) family = &prometheus::BuildGauge().Name(name).Help(helps[name]).Register(*registry);
        const auto labels = brace < space ? line.substr(brace + 1, space - brace - 2) : "";
        family->Add(readLabels(labels)).Set(std::stod(line.substr(space + 1)));
    }
    // One thread per client, because each keeps its connection.
    prometheus::Exposer exposer({"listening_ports", std::string("127.0.0.1:") + arguments[1], "num_threads", "40",
                                 "enable_keep_alive", "yes"});
    exposer.RegisterCollectable(registry);
    for (;;) pause();
}
