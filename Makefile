# Fairlead. `make help` lists every target.

SHELL       := /bin/bash
GO          ?= go
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS     := -s -w -X main.version=$(VERSION)
ARGS        ?=
FUZZTIME    ?= 60s

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/fairlead and bin/fairlead-agent
	@echo "building fairlead and fairlead-agent $(VERSION) (the first build takes minutes)" >&2
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/fairlead ./cmd/fairlead-agent 1>&2

.PHONY: kube
kube: ## Build the Kubernetes binaries that demo and tests run (once, cached)
	@tools/kube/build.sh 1>&2
	@mkdir -p bin && ln -sfn "$$(tools/kube/build.sh --print-dir)" bin/kube

.PHONY: peers
peers: ## Build what end-to-end tests run beside Fairlead: Argo Rollouts, Prometheus (once, cached)
	@tools/peers/build.sh rollouts prometheus 1>&2

.PHONY: demo
demo: kube build ## Run a whole fleet on this machine (ARGS="--once -o json" to end when healthy)
	@exec bin/fairlead demo $(ARGS)

.PHONY: test
test: kube peers ## Everything: vet, static analysis, unit, golden, real API servers, end to end
	@KUBEBUILDER_ASSETS="$$(tools/kube/build.sh --print-dir)" $(GO) run ./test/suite

.PHONY: generate
generate: ## Regenerate deepcopy, CRDs and protocol code
	@tools/gen/generate.sh

.PHONY: fuzz
fuzz: ## Fuzz both template modes and every parser (FUZZTIME=60s each)
	@$(GO) run ./test/suite -stages fuzz -fuzztime $(FUZZTIME)

.PHONY: bench
bench: kube build reference ## Measure against the bars; figures to bin/bench.json (ARGS="-only git")
	@$(GO) build -o bin/bench ./test/bench
	@KUBEBUILDER_ASSETS="$$(tools/kube/build.sh --print-dir)" bin/bench $(ARGS)

.PHONY: reference
reference: ## Build bin/reference/helm, which renderings are compared with
	@CGO_ENABLED=0 $(GO) build -C tools/reference/helm -trimpath -ldflags '-s -w' -o $(CURDIR)/bin/reference/ helm.sh/helm/v4/cmd/helm 1>&2

.PHONY: lint
lint: ## Static analysis
	@$(GO) vet ./...
	@$(GO) tool -modfile=tools/lint/go.mod staticcheck ./...

.PHONY: clean
clean: ## Remove what was built here (the cache of Kubernetes binaries stays)
	@rm -rf bin
