package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services"
)

type runCmd struct {
	Services []string `arg:"" optional:"" help:"Services to run; all when none is named." name:"service"`
	Listen   string   `help:"Where the gateway serves the pages; 127.0.0.1:8080 unless told otherwise." default:"127.0.0.1:8080" env:"AFTERGLOW_LISTEN" placeholder:"ADDR"`
}

// Run runs services against what the environment names.
func (c *runCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	if err := checkListen(c.Listen); err != nil {
		return err
	}
	chosen, err := run.Select(services.All(), c.Services)
	if err != nil {
		return usageError{err}
	}
	p, stop, err := outside(ctx, cli, t)
	if err != nil {
		return err
	}
	defer stop()
	p.Config.Listen = c.Listen
	if err := os.MkdirAll(p.Work, 0o700); err != nil {
		return fmt.Errorf("a place to work: %w", err)
	}
	err = run.Run(ctx, p, chosen, func() {
		t.log.Info("ready", "services", names(chosen), "url", p.Config.URL())
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func names(list []run.Service) string {
	var all []string
	for _, s := range list {
		all = append(all, s.Name)
	}
	return strings.Join(all, " ")
}

// outsideParts are the variables without which there is no platform outside.
var outsideParts = []string{"NATS_URL", "DATABASE_URL", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"}

// readOutside reads the variables that say where the parts outside are.
func readOutside() (map[string]string, error) {
	found := map[string]string{}
	for _, name := range append(outsideParts, "S3_BUCKET", "S3_PUBLIC_ENDPOINT") {
		value, err := run.Env(name)
		if err != nil {
			return nil, err
		}
		if value == "" && slices.Contains(outsideParts, name) {
			return nil, usageError{fmt.Errorf("%s is not set; run needs NATS_URL, DATABASE_URL, S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY (`afterglow config` explains them)", name)}
		}
		found[name] = value
	}
	return found, nil
}

func outsideStore(ctx context.Context, found map[string]string) (*blob.Store, error) {
	return blob.Open(ctx, blob.Config{
		Endpoint: found["S3_ENDPOINT"], PublicEndpoint: found["S3_PUBLIC_ENDPOINT"], Bucket: cmp.Or(found["S3_BUCKET"], "afterglow"),
		AccessKey: found["S3_ACCESS_KEY"], SecretKey: found["S3_SECRET_KEY"],
	})
}

// outside is the platform that the environment names.
func outside(ctx context.Context, cli *CLI, t *terminal) (run.Platform, func(), error) {
	p := run.Platform{Logger: t.log, Version: version, Work: filepath.Join(cli.Data, "work")}
	found, err := readOutside()
	if err != nil {
		return p, nil, err
	}
	if p.Config, err = p.Config.FromEnv(); err != nil {
		return p, nil, usageError{err}
	}
	p.DatabaseURL = found["DATABASE_URL"]
	if p.Blob, err = outsideStore(ctx, found); err != nil {
		return p, nil, err
	}
	nc, err := dialNATS(found["NATS_URL"])
	if err != nil {
		return p, nil, err
	}
	if p.Logs, err = es.Open(ctx, nc, t.log, es.Replicas(p.Config.LogReplicas), es.Retention(p.Config.ChatRetention)); err != nil {
		nc.Close()
		return p, nil, err
	}
	return p, nc.Close, nil
}
