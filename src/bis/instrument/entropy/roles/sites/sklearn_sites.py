"""Call sites of scikit-learn. Its functions draw from NumPy's shared generator, or from one that they are handed.

Estimators that draw for several roles have one row for what they call for each of them, and one for all the rest.
"""

from __future__ import annotations

from bis.instrument.entropy.roles.call_site import CALL, ITERATE, NUMPY, CallSite

_SEED = "random_state"
_HELD = ("_random_state", "random_state_", "_rng", "rng")
_BUILT_ON = ("utils.", "random_projection", "datasets.")  # functions that estimators call for their own ends


def _rows(module: str, role: str, *names: str, wrap: str = CALL, coarse: bool = False) -> list[CallSite]:
    made = []
    for name in names:
        plain = name.removesuffix("*")
        made.append(
            CallSite(
                f"sklearn.{module}",
                plain,
                role,
                generators=(NUMPY,),
                wrap=wrap,
                coarse=coarse,
                verified=name.endswith("*"),
                seed=_SEED,
                attributes=_HELD,
                yields=module.startswith(_BUILT_ON),
            )
        )
    return made


# A name that ends in a star is of a verified site.
SITES: tuple[CallSite, ...] = (
    *_rows("model_selection._split", "split", "train_test_split*"),
    *_rows(
        "model_selection._split",
        "split",
        "BaseCrossValidator.split",
        "_BaseKFold.split*",
        "GroupKFold.split*",
        "StratifiedKFold.split*",
        "_RepeatedSplits.split*",
        "RepeatedStratifiedKFold.split*",
        "BaseShuffleSplit.split*",
        "GroupShuffleSplit.split*",
        "StratifiedShuffleSplit.split*",
        wrap=ITERATE,
    ),
    *_rows("linear_model._stochastic_gradient", "split", "BaseSGD._make_validation_split*"),
    *_rows("neural_network._multilayer_perceptron", "init", "BaseMultilayerPerceptron._init_coef*"),
    *_rows("cluster._kmeans", "init", "KMeans.fit*", "_BaseKMeans._init_centroids*", "kmeans_plusplus*"),
    *_rows("cluster._bisect_k_means", "init", "BisectingKMeans.fit*"),
    *_rows("cluster._spectral", "init", "SpectralClustering.fit*", coarse=True),
    *_rows("cluster._affinity_propagation", "init", "AffinityPropagation.fit"),
    *_rows("mixture._base", "init", "BaseMixture.fit_predict*"),
    *_rows("decomposition._nmf", "init", "_BaseNMF._check_w_h*", "_initialize_nmf"),
    *_rows("decomposition._fastica", "init", "FastICA._fit_transform*"),
    *_rows("decomposition._dict_learning", "init", "DictionaryLearning.fit_transform", coarse=True),
    *_rows("decomposition._sparse_pca", "init", "_BaseSparsePCA.fit", coarse=True),
    *_rows("decomposition._lda", "init", "LatentDirichletAllocation._init_latent_vars*"),
    *_rows("manifold._t_sne", "init", "TSNE._fit*"),
    *_rows("manifold._mds", "init", "smacof*"),
    *_rows("manifold._spectral_embedding", "init", "_spectral_embedding*"),
    *_rows("neighbors._nca", "init", "NeighborhoodComponentsAnalysis.fit*"),
    *_rows("gaussian_process._gpr", "init", "GaussianProcessRegressor.fit"),
    *_rows("gaussian_process._gpc", "init", "GaussianProcessClassifier.fit"),
    *_rows("utils._arpack", "init", "_init_arpack_v0*"),
    *_rows("utils._indexing", "shuffle", "shuffle*"),
    *_rows("neural_network._multilayer_perceptron", "shuffle", "BaseMultilayerPerceptron._fit*"),
    *_rows("neural_network._rbm", "shuffle", "BernoulliRBM.fit*", coarse=True),
    *_rows(
        "linear_model._stochastic_gradient",
        "shuffle",
        "BaseSGDClassifier._fit*",
        "BaseSGDRegressor._fit*",
        "SGDOneClassSVM._fit*",
    ),
    *_rows("linear_model._base", "shuffle", "make_dataset"),
    *_rows("linear_model._coordinate_descent", "shuffle", "enet_path*", "ElasticNet.fit*", "MultiTaskElasticNet.fit*"),
    *_rows("linear_model._logistic", "shuffle", "LogisticRegression.fit*", coarse=True),
    *_rows("linear_model._ridge", "shuffle", "_BaseRidge.fit*"),
    *_rows("svm._base", "shuffle", "BaseLibSVM.fit*", "_fit_liblinear*"),
    *_rows("cluster._kmeans", "shuffle", "MiniBatchKMeans.fit*", coarse=True),
    *_rows("decomposition._dict_learning", "shuffle", "MiniBatchDictionaryLearning.fit*", coarse=True),
    *_rows("decomposition._lda", "shuffle", "LatentDirichletAllocation.fit*", coarse=True),
    *_rows("multioutput", "shuffle", "_BaseChain.fit*"),
    *_rows("dummy", "sampling", "DummyClassifier.predict*"),
    *_rows("utils._indexing", "sampling", "resample*"),
    *_rows("utils.random", "sampling", "_random_choice_csc*"),
    *_rows("utils.extmath", "sampling", "randomized_range_finder*", "_randomized_svd*"),
    *_rows("random_projection", "sampling", "BaseRandomProjection.fit*"),
    *_rows("kernel_approximation", "sampling", "PolynomialCountSketch.fit*", "RBFSampler.fit*"),
    *_rows("kernel_approximation", "sampling", "SkewedChi2Sampler.fit*", "Nystroem.fit*"),
    *_rows("feature_extraction.image", "sampling", "extract_patches_2d*"),
    *_rows("feature_selection._mutual_info", "sampling", "_estimate_mi*"),
    *_rows("preprocessing._data", "sampling", "QuantileTransformer.fit*"),
    *_rows("ensemble._hist_gradient_boosting.binning", "sampling", "_BinMapper.fit*"),
    *_rows("metrics.cluster._unsupervised", "sampling", "silhouette_score*"),
    *_rows("impute._iterative", "sampling", "IterativeImputer.fit_transform*", coarse=True),
    *_rows("covariance._robust_covariance", "sampling", "fast_mcd*"),
    *_rows("linear_model._ransac", "sampling", "RANSACRegressor.fit*", coarse=True),
    *_rows("linear_model._theil_sen", "sampling", "TheilSenRegressor.fit*"),
    *_rows("linear_model._least_angle", "sampling", "Lars.fit*"),
    *_rows("multiclass", "sampling", "OutputCodeClassifier.fit*"),
    *_rows("neighbors._kde", "sampling", "KernelDensity.sample*"),
    *_rows("mixture._base", "sampling", "BaseMixture.sample*"),
    *_rows("gaussian_process._gpr", "sampling", "GaussianProcessRegressor.sample_y*"),
    *_rows("cluster._mean_shift", "sampling", "estimate_bandwidth"),
    *_rows("cluster._bicluster", "sampling", "BaseSpectral.fit", coarse=True),
    *_rows("datasets._base", "sampling", "load_files"),
    *_rows(
        "datasets._samples_generator",
        "sampling",
        "make_classification*",
        "make_multilabel_classification*",
        "make_hastie_10_2*",
        "make_regression*",
        "make_circles*",
        "make_moons*",
        "make_blobs*",
        "make_friedman1*",
        "make_friedman2*",
        "make_friedman3*",
        "make_low_rank_matrix*",
        "make_sparse_coded_signal",
        "make_sparse_uncorrelated*",
        "make_spd_matrix*",
        "make_sparse_spd_matrix*",
        "make_swiss_roll*",
        "make_s_curve*",
        "make_gaussian_quantiles*",
        "make_biclusters*",
        "make_checkerboard*",
    ),
    *_rows("ensemble._forest", "bootstrap", "BaseForest.fit*", "RandomTreesEmbedding.fit_transform*"),
    CallSite("sklearn.ensemble._forest", "_parallel_build_trees", "bootstrap", verified=True),
    *_rows("ensemble._bagging", "bootstrap", "BaseBagging._fit*"),
    CallSite("sklearn.ensemble._bagging", "_parallel_build_estimators", "bootstrap"),
    CallSite("sklearn.ensemble._bagging", "_generate_bagging_indices", "bootstrap", verified=True),
    *_rows("ensemble._gb", "bootstrap", "BaseGradientBoosting.fit*"),
    *_rows(
        "ensemble._hist_gradient_boosting.gradient_boosting", "bootstrap", "BaseHistGradientBoosting.fit*", coarse=True
    ),
    *_rows("ensemble._weight_boosting", "bootstrap", "BaseWeightBoosting.fit*"),
    *_rows("ensemble._iforest", "bootstrap", "IsolationForest.fit*"),
    *_rows("tree._classes", "bootstrap", "BaseDecisionTree._fit*"),
    *_rows("inspection._permutation_importance", "bootstrap", "permutation_importance*"),
    *_rows("model_selection._validation", "bootstrap", "permutation_test_score"),
    *_rows("model_selection._search", "hpo", "ParameterSampler.__iter__*", wrap=ITERATE),
)
