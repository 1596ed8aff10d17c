# Every module is built as those who depend on it see it, by its own go.mod alone.
export GOWORK := off

MODULES   := events pkg services
GENERATED := events/schema nats/logs services/gateway/openapi.json web/src/gen
VERSION   := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOLANGCI  := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(shell cat .golangci-lint-version)
COMPOSE   := go run github.com/compose-spec/compose-go/v2/cmd@v2.16.2

WEB_MODULES := web/node_modules/.package-lock.json
WEB_DIST    := services/webui/dist/index.html
WEB_SOURCES := $(shell find web \( -name node_modules -o -name e2e \) -prune -o -type f -print)

# $(call each-module,command) runs a command in every module, and stops at the first that fails.
each-module = set -e; for module in $(MODULES); do echo "$$module: $(1)"; (cd $$module && $(1)); done

.DEFAULT_GOAL := help
.PHONY: help setup build run demo test test-web test-go test-faults bench lint fmt vulncheck generate verify

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing on this machine: ffmpeg, PostgreSQL, pgvector
	@deploy/setup.sh

build: $(WEB_DIST) ## Build bin/afterglow, web included
	cd services && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o ../bin/afterglow ./cmd/afterglow

run: setup build ## Start everything on this machine; more arguments: make run ARGS="--listen 127.0.0.1:9000"
	exec bin/afterglow up $(ARGS)

demo: setup build ## The same, with a stream to look at
	exec bin/afterglow up --demo $(ARGS)

test: test-web test-go ## Run all tests

test-web: $(WEB_MODULES)
	cd web && npm run typecheck && npm run test

test-go: $(WEB_DIST)
	@deploy/setup.sh --test
	@$(call each-module,../deploy/gotest.sh -race -timeout 60m)

test-faults: $(WEB_DIST) ## Kill everything at random moments, 200 times over, and take each part away for a minute; takes hours
	@deploy/setup.sh --test
	cd services && AFTERGLOW_E2E_ROUNDS=200 AFTERGLOW_E2E_AWAY=60s go test -count 1 -timeout 8h -v -run '^TestFaults' ./e2e

bench: setup $(WEB_DIST) ## Measure against the raw parts on the same machine, and write BENCHMARKS.md
	cd services && go run ./cmd/bench -root .. -out ../BENCHMARKS.md

lint: $(WEB_MODULES) ## Look for mistakes without running anything
	@$(call each-module,$(GOLANGCI) run ./...)
	cd web && npm run lint

fmt: ## Write Go as gofumpt and gci want it
	@$(call each-module,$(GOLANGCI) fmt ./...)

vulncheck: ## Look for known vulnerabilities that the code reaches
	@deploy/vulncheck.sh $(MODULES)

generate: ## Write what follows from the declarations in Go: schemas, logs, OpenAPI, TypeScript
	cd services && go run ./cmd/gen -root ..

verify: generate lint ## Check that generated files are up to date, each module stands alone, all files are valid, and no known vulnerability is reached
	@stale=$$(git status --porcelain --untracked-files=all -- $(GENERATED)) && \
	if [ -n "$$stale" ]; then \
		echo "generated files differ from what is committed; commit what \"make generate\" wrote:"; \
		echo "$$stale"; git --no-pager diff -- $(GENERATED); exit 1; \
	fi
	@$(call each-module,go build ./... && go vet ./...)
	$(COMPOSE) --no-interpolation docker-compose.yml >/dev/null
	@deploy/vulncheck.sh $(MODULES) || [ $$? -eq 75 ] # 75: there was no database to ask, which was told

$(WEB_MODULES): web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

$(WEB_DIST): $(WEB_MODULES) $(WEB_SOURCES)
	cd web && npm run build
	@touch $@
