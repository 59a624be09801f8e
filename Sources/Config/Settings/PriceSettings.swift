// SPDX-License-Identifier: Apache-2.0

/// The `prices` section: what capacity costs. The exporter exports the prices; rules and dashboards multiply.
public struct PriceSettings: Sendable, Equatable {
    /// The currency's code, three capital letters.
    public var currency: String
    /// The prices in the file's order; at least one, with unique pairs of unit and spec code.
    public var perHour: [UnitPrice]

    /// Creates prices without validating them.
    public init(currency: String, perHour: [UnitPrice]) {
        self.currency = currency
        self.perHour = perHour
    }
}

/// An entry of `prices.per_hour`.
public struct UnitPrice: Sendable, Equatable {
    /// A unit of capacity.
    public enum Unit: String, Sendable, CaseIterable {
        case apu
        case dpu
        case mu
    }

    /// The unit.
    public var unit: Unit
    /// The spec code; nil for every spec of the unit that has no price of its own.
    public var specCode: String?
    /// The price of one unit for one hour, not negative and finite.
    public var price: Double

    /// Creates a price without validating it.
    public init(_ unit: Unit, specCode: String? = nil, price: Double) {
        self.unit = unit
        self.specCode = specCode
        self.price = price
    }
}

extension PriceSettings {
    static let perHourKey = Key<Self>(
        "per_hour", \.perHour, .list(of: UnitPrice.section), required: true,
        "The prices of one unit for one hour, one for each pair of `unit` and `spec_code`.")

    static let section = Section(
        "prices",
        "Prices of capacity, exported as `dataarts_fabric_unit_price_per_hour` for rules and dashboards. The API has no prices.",
        of: Self(currency: "", perHour: []),
        keys: [
            Key("currency", \.currency, .currency, required: true, "The currency's code, such as `CNY`."), perHourKey,
        ])
}

extension UnitPrice {
    static let unitKey = Key<Self>(
        "unit", \.unit, .choice(of: Unit.allCases) { $0.rawValue }, required: true,
        "The unit. SQL endpoints count DCU in place of DPU; their `spec_code` tells them apart.")
    static let specCodeKey = Key<Self>(
        "spec_code", \.specCode, .labelValue, fallback: "every spec of the unit without a price of its own",
        "The spec that has this price, such as `fabric.sql.dcu.std`.")

    static let section = Section(
        "prices.per_hour", "The price of a unit.", of: Self(.apu, price: 0),
        keys: [
            unitKey, specCodeKey,
            Key(
                "price", \.price, .number(in: 0...1_000_000_000), required: true,
                "The price of one unit for one hour."),
        ])
}
