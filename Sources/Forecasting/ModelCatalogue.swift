/// All models of single series by name.
public enum ModelCatalogue {
  /// Every model, in the order of the documentation. A new model is one new file and one entry here.
  public static let all: [any SeriesModel] =
    [
      Naive(), SeasonalNaive(), Drift(), Naive2(), ExponentialSmoothing.simple, ExponentialSmoothing.holt,
      ExponentialSmoothing.dampedHolt, ExponentialSmoothing.dampedHoltWinters, ExponentialSmoothing(),
    ] + Theta.Form.allCases.map { Theta($0) } + [
      ComplexSmoothing(), ARIMA(),
      Croston(), Croston(corrected: true), TeunterSyntetosBabai(), AggregateDisaggregate(),
      AggregateDisaggregate(averaged: true),
    ]

  /// The models that take part in the default combination besides the pooled regression.
  public static let combined: [any SeriesModel] = [
    Theta(.dynamicOptimised), Theta(.optimised), ExponentialSmoothing(), ComplexSmoothing(), ARIMA(),
  ]

  /// The model of a name, case ignored.
  public static func named(_ name: String) -> (any SeriesModel)? {
    all.first { $0.name.lowercased() == name.lowercased() }
  }
}
