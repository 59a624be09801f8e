// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite("The language of a locale")
struct LanguageLocaleTests {
    @Test(
        "The first of LC_ALL, LC_MESSAGES and LANG that is not empty counts",
        arguments: [
            ([:], .english), (["LANG": "zh_CN.UTF-8"], .chinese), (["LANG": "C.UTF-8"], .english),
            (["LANG": "zh_CN", "LC_ALL": "C"], .english), (["LANG": "de_DE", "LC_MESSAGES": "zh_TW"], .chinese),
            (["LANG": "zh", "LC_ALL": "", "LC_MESSAGES": ""], .chinese), (["LC_CTYPE": "zh_CN"], .english),
        ] as [([String: String], Language)])
    func locale(environment: [String: String], language: Language) {
        #expect(Language(environment: environment) == language)
    }
}
