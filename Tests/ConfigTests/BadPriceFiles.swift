// SPDX-License-Identifier: Apache-2.0

/// Prices, each with its exact error lines.
enum BadPriceFiles {
    static let all: [BadFile] = [
        BadFile(
            "Prices need a currency and at least one price",
            Reading.withSource("prices: {}"),
            [
                "config.yaml:1:9: prices.currency: required key is missing",
                "config.yaml:1:9: prices.per_hour: required key is missing",
            ]
        ),
        BadFile(
            "A list of prices is not empty",
            Reading.withSource("prices: {currency: CNY, per_hour: []}"),
            [
                "config.yaml:1:35: prices.per_hour: must have at least one entry"
            ]
        ),
        BadFile(
            "An unknown key in prices gets a suggestion",
            Reading.withSource("prices: {curency: CNY, per_hour: [{unit: apu, spec: a1x, pric: 1}]}"),
            [
                "config.yaml:1:10: prices.curency: unknown key; did you mean currency?",
                "config.yaml:1:47: prices.per_hour[0].spec: unknown key; allowed keys: unit, spec_code, price",
                "config.yaml:1:58: prices.per_hour[0].pric: unknown key; did you mean price?",
            ]
        ),
        BadFile(
            "All errors of prices are reported at once",
            Reading.withSource(
                """
                prices:
                  currency: cny
                  per_hour:
                    - {unit: gpu, price: 1}
                    - {unit: apu, price: -0.5}
                    - {unit: apu, price: .inf}
                    - {unit: apu, price: .nan}
                    - {unit: dpu, price: 1e999}
                    - {unit: dpu, price: cheap, spec_code: ""}
                    - {price: 1}
                    - {unit: mu}
                    - ~
                """),
            [
                "config.yaml:2:13: prices.currency: must be three capital letters, such as CNY, not \"cny\"",
                "config.yaml:4:14: prices.per_hour[0].unit: must be one of apu, dpu, mu, not \"gpu\"; did you mean apu?",
                "config.yaml:5:26: prices.per_hour[1].price: must be a number from 0 to 1000000000, not -0.5",
                "config.yaml:6:14: prices.per_hour[2].unit: duplicate price of apu without spec_code (first set by "
                    + "prices.per_hour[1]); remove one of them",
                "config.yaml:6:26: prices.per_hour[2].price: must be a number from 0 to 1000000000, not the string \".inf\"",
                "config.yaml:7:14: prices.per_hour[3].unit: duplicate price of apu without spec_code (first set by "
                    + "prices.per_hour[1]); remove one of them",
                "config.yaml:7:26: prices.per_hour[3].price: must be a number from 0 to 1000000000, not the string \".nan\"",
                "config.yaml:8:26: prices.per_hour[4].price: must be a number from 0 to 1000000000, not 1e999",
                "config.yaml:9:26: prices.per_hour[5].price: must be a number from 0 to 1000000000, not the string \"cheap\"",
                "config.yaml:9:44: prices.per_hour[5].spec_code: must not be empty",
                "config.yaml:10:7: prices.per_hour[6].unit: required key is missing",
                "config.yaml:11:7: prices.per_hour[7].price: required key is missing",
                "config.yaml:12:7: prices.per_hour[8]: must be a mapping, not null",
            ]
        ),
        BadFile(
            "A currency is three capital letters",
            Reading.withSource("prices: {currency: RMBY, per_hour: [{unit: mu, price: 1}]}"),
            [
                "config.yaml:1:20: prices.currency: must be three capital letters, such as CNY, not \"RMBY\""
            ]
        ),
        BadFile(
            "A pair of unit and spec code has one price",
            Reading.withSource(
                """
                prices:
                  currency: CNY
                  per_hour:
                    - {unit: apu, price: 1}
                    - {unit: dpu, price: 1}
                    - {unit: apu, spec_code: a1x, price: 1}
                    - {unit: dpu, spec_code: a1x, price: 1}
                    - {unit: dpu, price: 2}
                    - {price: 2, spec_code: a1x, unit: apu}
                    - {unit: apu, spec_code: "${NAME}", price: 3}
                    - {unit: apu, spec_code: prod, price: 4}
                """),
            [
                "config.yaml:8:14: prices.per_hour[4].unit: duplicate price of dpu without spec_code (first set by "
                    + "prices.per_hour[1]); remove one of them",
                "config.yaml:9:29: prices.per_hour[5].spec_code: duplicate price of apu with spec_code \"a1x\" (first set "
                    + "by prices.per_hour[2]); remove one of them",
                "config.yaml:11:30: prices.per_hour[7].spec_code: duplicate price of apu with spec_code \"prod\" (first "
                    + "set by prices.per_hour[6]); remove one of them",
            ]
        ),
    ]
}
