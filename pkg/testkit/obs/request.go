package obs

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
)

// The codes that requests are answered with.
const (
	success             = 100
	missingRequestType  = 203
	unknownRequestType  = 204
	notReady            = 207
	missingRequestField = 300
	missingRequestData  = 301
	invalidFieldType    = 401
	outputRunning       = 500
	outputNotRunning    = 501
	outputPaused        = 502
	outputNotPaused     = 503
	resourceNotFound    = 600
)

// request is what a client asks.
type request struct {
	Type string          `json:"requestType"`
	ID   string          `json:"requestId"`
	Data json.RawMessage `json:"requestData"`
}

// response is what it is answered.
type response struct {
	Type   string         `json:"requestType"`
	ID     string         `json:"requestId"`
	Status responseStatus `json:"requestStatus"`
	Data   map[string]any `json:"responseData,omitempty"`
}

type responseStatus struct {
	Result  bool   `json:"result"`
	Code    int    `json:"code"`
	Comment string `json:"comment,omitempty"`
}

// answer does what a request asks for.
func (s *Server) answer(r request) response {
	s.mu.Lock()
	s.requests[r.Type]++
	busy := s.notReady > 0
	if busy {
		s.notReady--
	}
	s.mu.Unlock()
	var code int
	var comment string
	var data map[string]any
	handle, known := requests[r.Type]
	switch {
	case r.Type == "":
		code, comment = missingRequestType, "Your request's `requestType` may not be empty."
	case busy:
		code, comment = notReady, "OBS is not ready to perform the request."
	case !known:
		code, comment = unknownRequestType, "Your request type is not valid."
	default:
		fields, wrong := fieldsOf(r.Data, handle.needs)
		if wrong.Code != 0 {
			return response{Type: r.Type, ID: r.ID, Status: wrong}
		}
		code, data = handle.do(s, fields)
	}
	return response{Type: r.Type, ID: r.ID, Status: responseStatus{code == success, code, comment}, Data: data}
}

// fieldsOf reads the data of a request, in which some fields have to be.
func fieldsOf(data json.RawMessage, needs []string) (map[string]any, responseStatus) {
	fields := map[string]any{}
	if len(data) > 0 && json.Unmarshal(data, &fields) != nil {
		return nil, responseStatus{Code: invalidFieldType, Comment: "Your request data is not an object."}
	}
	if len(data) == 0 && len(needs) > 0 {
		return nil, responseStatus{Code: missingRequestData, Comment: "Your request data is missing or invalid (non-object)"}
	}
	for _, name := range needs {
		if fields[name] == nil {
			return nil, responseStatus{Code: missingRequestField, Comment: "Your request is missing the `" + name + "` field."}
		}
	}
	return fields, responseStatus{}
}

// handling is what is done for a request.
type handling struct {
	// needs are the fields that have to be given.
	needs []string
	do    func(s *Server, in map[string]any) (code int, out map[string]any)
}

// requests are what there is to ask.
var requests = table()

// done is a request that only answers a code.
func done(f func(s *Server) int) handling {
	return handling{do: func(s *Server, _ map[string]any) (int, map[string]any) { return f(s), nil }}
}

// told is a question that is always answered; the lock is held.
func told(f func(s *Server) map[string]any) handling {
	return handling{do: func(s *Server, _ map[string]any) (int, map[string]any) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return success, f(s)
	}}
}

func table() map[string]handling {
	return map[string]handling{
		"GetVersion": told(func(*Server) map[string]any {
			return map[string]any{
				"obsVersion": "33.0.1", "obsWebSocketVersion": "5.7.3", "rpcVersion": 1, "platform": "ubuntu",
				"platformDescription": "Ubuntu 26.04", "supportedImageFormats": []string{"png", "jpg"},
				"availableRequests": slices.Sorted(maps.Keys(table())),
			}
		}),
		"GetStats": told(func(*Server) map[string]any {
			return map[string]any{"cpuUsage": 3.5, "memoryUsage": 420.0, "availableDiskSpace": 102_400.0, "activeFps": 30.0}
		}),
		"GetRecordStatus":       told(func(s *Server) map[string]any { return s.record.status(s.options.Clock()) }),
		"GetStreamStatus":       told(func(s *Server) map[string]any { return s.stream.status(s.options.Clock()) }),
		"GetReplayBufferStatus": told(func(s *Server) map[string]any { return map[string]any{"outputActive": s.replay.active} }),
		"GetRecordDirectory": told(func(s *Server) map[string]any {
			return map[string]any{"recordDirectory": s.options.Directory}
		}),
		"GetSceneList": told((*Server).sceneList),
		"GetCurrentProgramScene": told(func(s *Server) map[string]any {
			return map[string]any{"sceneName": s.scene, "sceneUuid": digest(s.scene)}
		}),
		"GetLastReplayBufferReplay": told(func(s *Server) map[string]any {
			return map[string]any{"savedReplayPath": s.lastReplay}
		}),
		"GetProfileParameter": {needs: []string{"parameterCategory", "parameterName"}, do: profileParameter},
		"SetCurrentProgramScene": {needs: []string{"sceneName"}, do: func(s *Server, in map[string]any) (int, map[string]any) {
			name, _ := in["sceneName"].(string)
			s.mu.Lock()
			known := slices.Contains(s.scenes, name)
			s.mu.Unlock()
			if !known {
				return resourceNotFound, nil
			}
			s.SetScene(name)
			return success, nil
		}},
		"BroadcastCustomEvent": {needs: []string{"eventData"}, do: func(s *Server, in map[string]any) (int, map[string]any) {
			data, ok := in["eventData"].(map[string]any)
			if !ok {
				return invalidFieldType, nil
			}
			s.Custom(data)
			return success, nil
		}},
		"StartRecord":  done(func(s *Server) int { return s.start(&s.record, "RecordStateChanged", s.file()) }),
		"PauseRecord":  done((*Server).pauseRecord),
		"ResumeRecord": done((*Server).resumeRecord),
		"StopRecord": {do: func(s *Server, _ map[string]any) (int, map[string]any) {
			if code := s.stop(&s.record, "RecordStateChanged"); code != success {
				return code, nil
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			return success, map[string]any{"outputPath": s.record.path}
		}},
		"SplitRecordFile":   done(func(s *Server) int { return s.splitRecord(s.file()) }),
		"StartStream":       done(func(s *Server) int { return s.start(&s.stream, "StreamStateChanged", "") }),
		"StopStream":        done(func(s *Server) int { return s.stop(&s.stream, "StreamStateChanged") }),
		"StartReplayBuffer": done(func(s *Server) int { return s.start(&s.replay, "ReplayBufferStateChanged", "") }),
		"StopReplayBuffer":  done(func(s *Server) int { return s.stop(&s.replay, "ReplayBufferStateChanged") }),
		"SaveReplayBuffer":  done((*Server).saveReplay),
	}
}

func (s *Server) sceneList() map[string]any {
	list := []map[string]any{}
	for i, name := range s.scenes {
		list = append(list, map[string]any{"sceneName": name, "sceneUuid": digest(name), "sceneIndex": i})
	}
	return map[string]any{
		"currentProgramSceneName": s.scene, "currentProgramSceneUuid": digest(s.scene),
		"currentPreviewSceneName": nil, "currentPreviewSceneUuid": nil, "scenes": list,
	}
}

func profileParameter(s *Server, in map[string]any) (int, map[string]any) {
	category, isText := in["parameterCategory"].(string)
	name, isTextToo := in["parameterName"].(string)
	if !isText || !isTextToo {
		return invalidFieldType, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]any{"parameterValue": nil, "defaultParameterValue": nil}
	if value, ok := s.profile[category+"/"+name]; ok {
		out["parameterValue"] = value
	}
	return success, out
}

// saveReplay saves the replay buffer as OBS names it.
func (s *Server) saveReplay() int {
	s.mu.Lock()
	active := s.replay.active
	now := s.options.Clock()
	prefix := s.profile["SimpleOutput/RecRBPrefix"]
	s.mu.Unlock()
	if !active {
		return outputNotRunning
	}
	s.SaveReplay(filepath.Base(prefix + " " + now.Local().Format("2006-01-02 15-04-05") + ".mkv"))
	return success
}
