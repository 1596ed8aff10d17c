package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// outside is the platform that the environment names.
func outside(ctx context.Context, cli *CLI, t *terminal) (run.Platform, func(), error) {
	p := run.Platform{Logger: t.log, Version: version, Work: filepath.Join(cli.Data, "work")}
	need := map[string]string{}
	for _, name := range []string{"NATS_URL", "DATABASE_URL", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"} {
		value, err := run.Env(name)
		if err != nil {
			return p, nil, err
		}
		if value == "" {
			return p, nil, usageError{fmt.Errorf("%s is not set; run needs NATS_URL, DATABASE_URL, S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY (deploy/env.sample explains them)", name)}
		}
		need[name] = value
	}
	var err error
	if p.Config, err = p.Config.FromEnv(); err != nil {
		return p, nil, usageError{err}
	}
	p.DatabaseURL = need["DATABASE_URL"]
	if err := os.MkdirAll(p.Work, 0o700); err != nil {
		return p, nil, fmt.Errorf("a place to work: %w", err)
	}
	bucket, public := os.Getenv("S3_BUCKET"), os.Getenv("S3_PUBLIC_ENDPOINT")
	if bucket == "" {
		bucket = "afterglow"
	}
	p.Blob, err = blob.Open(ctx, blob.Config{
		Endpoint: need["S3_ENDPOINT"], PublicEndpoint: public, Bucket: bucket,
		AccessKey: need["S3_ACCESS_KEY"], SecretKey: need["S3_SECRET_KEY"],
	})
	if err != nil {
		return p, nil, err
	}
	nc, err := dialNATS(need["NATS_URL"])
	if err != nil {
		return p, nil, err
	}
	if p.Logs, err = es.Open(ctx, nc, t.log); err != nil {
		nc.Close()
		return p, nil, err
	}
	return p, nc.Close, nil
}
